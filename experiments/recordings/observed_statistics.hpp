// The statistics of activity that a plain recording gives.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/activity/intrinsic_timescale.hpp"
#include "experiments/recordings/scaled_statistic.hpp"

namespace stillpoint {

struct ObservedStatistic {
  std::string name, unit, about;  // unit "signal": that of the values
  Scale scale = Scale::plain;
  Interval range = any_value;
};

struct StatisticSetting {
  Window epoch;         // that all statistics are of
  double lag_ms = 200;  // of the autocorrelation; and between times that codes are compared at
  Signal signal = Signal::spikes;
  std::optional<IntrinsicTimescale>* curve = nullptr;  // where the autocorrelation is left, for a figure
};

/// Statistics that are computed together.
struct StatisticFamily {
  std::vector<ObservedStatistic> statistics;
  /// As many as there are statistics; what a session cannot give is absent, and says why.
  std::function<std::vector<ScaledStatistic>(const Session&, const StatisticSetting&)> of;
  bool only_if_named = false;  // takes long
};
const std::vector<StatisticFamily>& observed_statistics();

}  // namespace stillpoint
