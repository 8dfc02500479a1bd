// Fixed points of a network with a short-term synapse: at rest the synapse's state is a function of the rates, so that
// what is left is a system in x alone; the stability of a point is that of both.
#pragma once

#include "analysis/points/newton.hpp"
#include "analysis/synaptic_equations.hpp"

namespace stillpoint {

/// F(x) of a flow, G(x) - x of a map, with the synapse at rest at the rates of x: zero where the joint system rests.
/// System and synapse (bound to its network) must outlive what is returned. Throws as equations_with_synapse does.
Velocity resting_velocity(const System& system, const ContinuousSynapse<double>& synapse);

/// Jacobian of the joint system at y = (x, S), N + rows squared: [1/ms] of a flow; of a map, of its joint step. Throws
/// UserError where that is more than 4000 squared.
Matrix<double> joint_linearisation_at(const System& system, const ContinuousSynapse<double>& synapse,
                                      const Vector<double>& y);
/// The same at (x, S at rest).
Matrix<double> joint_linearisation(const System& system, const ContinuousSynapse<double>& synapse,
                                   const Vector<double>& x);

}  // namespace stillpoint
