// How fast the activity of a population moves, by condition means, without the speed that noise feigns.
//
//   v^2(t) = (1 / N C) sum_c  <dx_c^A(t), dx_c^B(t)> / dt^2       x^A, x^B: means over two disjoint halves of the trials
//
// The difference between bins of a mean over n trials has noise in it that adds 2 sigma^2 / (n dt^2) to the plain square,
// sigma^2 the variance of a bin; halves have none in common. Mean over all splits (split_halves.hpp), so that nothing is
// drawn. Relative speed is v over the standard deviation of activity over time and conditions, cross-validated alike.
#pragma once

#include <optional>

#include "analysis/activity/session.hpp"

namespace stillpoint {

struct PopulationSpeed {
  double squared;                  // v^2, mean over time [Hz^2/s^2]; without bias, so that it may be below 0
  std::optional<double> speed;     // its root [Hz/s]; absent below 0
  std::optional<double> relative;  // over the standard deviation [1/s]; absent where either square is not positive
  double variance;                 // of activity over time and conditions [Hz^2], cross-validated
  double uncorrected;              // root of the plain square [Hz/s]: with noise
  Vector<double> squared_by_time;  // v^2 between bins t and t + 1 (after smoothing) [Hz^2/s^2]
};
/// signal: spikes are divided by the bin, rates [Hz] (or dF/F: then it is per second) are left. smooth_bins: activity is
/// averaged over as many bins first, which takes sin(x)/x, x = w smooth_bins dt / 2, of the speed of what turns at w.
/// The root of an unbiased square is too small by v Var(v^2) / (8 v^4). Throws ParameterError "window" for fewer than
/// smooth_bins + 1 bins, "trials" where no condition has two; conditions of one trial
/// are left out.
PopulationSpeed population_speed(const Session& session, const Window& window, Signal signal, Index smooth_bins = 1);

}  // namespace stillpoint
