// Does a series fall at all, slowly and throughout? A falling straight line against a level, in autoregressive noise.
#pragma once

#include <cstdint>

#include "sim/types.hpp"

namespace stillpoint {

/// Chance that noise about a level gains as much from a falling line, by parametric bootstrap of the level, 199 resamples,
/// rho estimated anew in each and, for making them, freed of its bias (analysis/learning/autoregression.hpp).
double falling_p(const Vector<double>& y, std::uint64_t seed);

}  // namespace stillpoint
