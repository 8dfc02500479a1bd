#include "analysis/activity/cross_temporal.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/options/option.hpp"

namespace stillpoint {

std::vector<ConditionGroup> several_conditions(const Session& session, Index least) {
  auto groups = condition_groups(session, least);
  require_parameter(groups.size() > 1, "trials", fmt::format("{}", session.trials.size()),
                    fmt::format("at least {} of each of two conditions are needed", least));
  return groups;
}

CrossTemporal cross_temporal(const Session& session, const Window& window, double lag_ms, Index least) {
  require_parameter(lag_ms > 0, "lag_ms", fmt::format("{:g}", lag_ms), "must be above 0");
  const auto lag = static_cast<Index>(std::ceil(lag_ms / session.bin_ms * (1 - 1e-9)));
  bins_of(session, window, lag + 1);
  return {within(session, window), several_conditions(session, least), lag};
}

}  // namespace stillpoint
