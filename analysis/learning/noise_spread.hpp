// How the spread of a curve's noise goes with its level.
#pragma once

#include "sim/types.hpp"

namespace stillpoint {

/// exp(b level), T values relative to one another; b by regression of log |second difference| on the running median of
/// y over nine samples; 1 throughout where b is within two standard errors of 0. The loss of a batch hardly varies on a
/// plateau, and by a factor of several once few trials are wrong: with one spread for all, what comes after the drop
/// would decide between the models, and what comes before it count for nothing.
Vector<double> noise_spread(const Vector<double>& y);

}  // namespace stillpoint
