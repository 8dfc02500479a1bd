// Ramping of rates in a delay.
#pragma once

#include <optional>

#include "analysis/activity/session.hpp"

namespace stillpoint {

struct Ramping {
  /// Signed root of the mean squared slope over neurons and conditions, without what noise adds [Hz/s; of rates: their
  /// unit per second].
  double slope = 0;
  /// Mean absolute slope of condition means, with what noise adds.
  double mean_absolute_slope = 0;
  /// Share of the variance over time, within neurons and conditions, that is linear in time, both without what noise
  /// adds; absent where nothing but noise is seen to vary.
  std::optional<double> index;
};

/// Conditions of fewer than two trials are left out.
Ramping ramping(const Session& session, const Window& window, Signal signal);

}  // namespace stillpoint
