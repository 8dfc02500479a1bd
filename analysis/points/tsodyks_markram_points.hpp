// Fixed points of a network with Tsodyks-Markram synapses: use and resource rest at functions of the rate, so that what
// is left is a system in x alone; its stability is that of all three.
#pragma once

#include "analysis/points/newton.hpp"
#include "analysis/synaptic_equations.hpp"

namespace stillpoint {

/// F(x) = f(u) - x with u = W (a(r) r) + .. and a(r) = p(f) q(f) over its value at rest, p and q as they come to rest
/// at the firing f of r: zero where the joint system rests. The system must outlive what is returned. Throws as
/// require_synaptic does.
Velocity steady_velocity(const System& system, const TsodyksMarkramSynapse& synapse);

/// (x, p, q) at rest with the rates of x; 3N.
Vector<double> steady_state(const System& system, const TsodyksMarkramSynapse& synapse, const Vector<double>& x);

/// Jacobian of the joint system there, 3N x 3N: [1/ms] of a flow; of a map, of its joint explicit Euler step.
Matrix<double> tsodyks_markram_linearisation(const System& system, const TsodyksMarkramSynapse& synapse,
                                             const Vector<double>& x);

}  // namespace stillpoint
