// A network as it is stepped and judged, alone or with its short-term synapse: with it the equations are those of both,
// but a state at rest is looked for in the entries of the network alone (resting_synapse.hpp), and where S acts through
// one current alone its N^2 entries stand for N directions (current_stability.hpp).
#pragma once

#include "analysis/synaptic_equations.hpp"

namespace stillpoint {

/// synapse: bound to the network, or nullptr. System and synapse must outlive what is returned. Throws as
/// equations_with_synapse does; `linearised` where neither form is small enough.
Equations joint_equations(const System& system, const ContinuousSynapse<double>* synapse);

}  // namespace stillpoint
