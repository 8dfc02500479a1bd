// A figure of what is observed in recordings: spikes of some units and their rates by condition, the population's
// rates,
// the autocorrelation with its fit.
#pragma once

#include <string>

#include "experiments/recordings/observation.hpp"

namespace stillpoint {

/// Units whose spikes are drawn, of the first session.
inline constexpr int drawn_units = 3;
/// SVG.
std::string observation_figure(const Observation& of);

}  // namespace stillpoint
