#include "analysis/activity/condition_groups.hpp"

#include <fmt/format.h>

#include <map>

#include "sim/options/option.hpp"

namespace stillpoint {

std::vector<ConditionGroup> condition_groups(const Session& session, Index least) {
  require_parameter(session.condition.empty() || session.condition.size() == session.trials.size(), "trials",
                    fmt::format("{}", session.trials.size()),
                    fmt::format("conditions are named for {} of them: must be all or none", session.condition.size()));
  std::map<int, std::vector<Index>> trials;
  for (std::size_t i = 0; i < session.trials.size(); ++i)
    trials[session.condition.empty() ? 0 : session.condition[i]].push_back(static_cast<Index>(i));
  std::vector<ConditionGroup> groups;
  for (auto& [condition, members] : trials)
    if (static_cast<Index>(members.size()) >= least) groups.push_back({condition, std::move(members)});
  require_parameter(!groups.empty(), "trials", fmt::format("{}", session.trials.size()),
                    fmt::format("at least {} of one condition are needed", least));
  return groups;
}

}  // namespace stillpoint
