// How fast the activity of a population moves, by condition means, without the speed that noise feigns.
//
//   v^2(t) = (1 / N C) sum_c  <dx_c^A(t), dx_c^B(t)> / dt^2      x^A, x^B: means over two disjoint halves of trials
//
// The difference between bins of a mean over n trials has noise that adds 2 sigma^2 / (n dt^2) to the plain square,
// sigma^2 the variance of a bin; halves have none in common. Mean over all splits (split_halves.hpp), so that nothing
// is drawn. Relative speed is v over the standard deviation of activity over time and conditions, cross-validated
// alike.
//
// Measured on a circle, 12 trials, noise of half its radius per bin, 20 neurons: v^2 is 176.3 +- 1.9 of 177.4 Hz^2/s^2,
// where the plain square is 1114; v is 13.20 of 13.32 Hz/s.
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
/// signal: spikes are divided by the bin; rates [Hz] are left, and so is dF/F, whose speed is per second. smooth_bins:
/// activity is averaged over as many bins first, which leaves sin(k x) / (k sin x), x = w dt / 2, of what turns at w.
/// Bias of the root: it is too small by v Var(v^2) / (8 v^4), and absent where v^2 < 0: where noise is as large as
/// that, average v^2. Throws ParameterError "window" for fewer than smooth_bins + 1 bins, "trials" where no condition
/// has two; conditions of one trial are left out.
PopulationSpeed population_speed(const Session& session, const Window& window, Signal signal, Index smooth_bins = 1);

}  // namespace stillpoint
