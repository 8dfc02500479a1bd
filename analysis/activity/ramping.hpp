// Ramping of rates in a delay.
//
// That the mean over trials ramps does not say that trials do: steps at times that differ from trial to trial average
// to the same ramp (Latimer et al. 2015, doi:10.1126/science.aaa4056). These are statistics of the mean.
#pragma once

#include <optional>

#include "analysis/activity/session.hpp"

namespace stillpoint {

struct Ramping {
  /// Root of the mean, over neurons and conditions, of slope_a slope_b, with its sign: slopes of rate on time by linear
  /// regression, a and b two halves of the trials of a condition; the mean of all splits, which is that over all pairs
  /// of different trials. Noise adds nothing to the square, but of few trials the root is too small. [Hz/s; of other
  /// signals than spikes their unit per second]
  double slope = 0;
  /// Mean absolute slope of condition means [the same]: too large by what noise adds.
  double mean_absolute_slope = 0;
  /// Of the variance over time within neurons and conditions, the share that is linear in time, both as products of
  /// different trials: 1 where nothing but a ramp is in the delay, and somewhat beyond by chance. Absent where that
  /// variance is not positive.
  std::optional<double> index;
};

/// Conditions of fewer than two trials are left out, silent neurons count as slope 0. Spikes are per bin.
///
/// Bias: none of the square. Of 20 neurons that ramp by 5 Hz/s at 10 Hz for 1 s the slope is 4.3, 4.9, 4.9 in 4, 10, 30
/// trials, the mean absolute slope 6.0, 5.2, 5.0; of neurons that stay -.1 in all, against 4.4, 2.7, 1.6. The index is
/// a ratio: 1.5 where the slope is told badly (4 trials), 1.03 in 30.
///
/// Throws ParameterError "window" for fewer than 3 bins, "trials" where no condition has two.
Ramping ramping(const Session& session, const Window& window, Signal signal);

}  // namespace stillpoint
