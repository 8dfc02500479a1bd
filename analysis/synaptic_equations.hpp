// A network and its short-term synapse as one autonomous system (docs/model.md), with its Jacobian.
//
//   y = (x, S)    x: N entries of the network, S: the synapse's own state, sim/synapse.hpp
//   flow          dx/dt and dS/dt with the drive u = W (a r) + S r + ..
//   map           the step of the time loop: x(t+1), and S(t+1) by explicit Euler from where both were at t
//
// The equations are the network's and the synapse's own, asked for through their interfaces.
#pragma once

#include "analysis/stepper.hpp"
#include "sim/synapse.hpp"

namespace stillpoint {

/// (x, S of a trial's start) and (x, S as it rests at the rates of x).
Vector<double> with_initial_synapse(const System& system, const ContinuousSynapse<double>& synapse,
                                    const Vector<double>& x);
Vector<double> with_resting_synapse(const System& system, const ContinuousSynapse<double>& synapse,
                                    const Vector<double>& x);

/// The joint system of a network and a synapse that is bound to it; both must outlive what is returned. Throws UserError
/// where the recurrent weights do not act on rates.
Equations equations_with_synapse(const System& system, const ContinuousSynapse<double>& synapse);

}  // namespace stillpoint
