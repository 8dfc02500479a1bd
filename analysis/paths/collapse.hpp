// Has a network collapsed to states that ignore its input? The known failure of temporal consistency that learns alone.
#pragma once

#include "sim/simulation.hpp"

namespace stillpoint {

struct Collapse {
  double distinct_end_states;  // share of the trials whose last state no earlier trial shares
  double input_sensitivity;    // |r - r without input| / |r|, root mean squares over valid steps, trials and neurons
  /// All trials end alike, or less than a hundredth of the activity depends on the input.
  bool collapsed(Index trials) const {
    return distinct_end_states * static_cast<double>(trials) < 1.5 || input_sensitivity < 0.01;
  }
};

/// Trials that end within .05 of each other (root mean square over neurons, of rates) share a state. Both runs start
/// from the same states; noise is off.
Collapse measure_collapse(const Network<double>& network, const Integration& integration, Synapse<double>& synapse,
                          const TrialSet<double>& trials, std::uint64_t seed);

}  // namespace stillpoint
