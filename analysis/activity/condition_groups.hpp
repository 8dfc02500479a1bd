// The trials of each condition.
#pragma once

#include <vector>

#include "analysis/activity/session.hpp"

namespace stillpoint {

/// Trials of each condition, conditions by rising number; all trials where the session names no conditions. Conditions
/// of fewer than `least` trials are left out. Throws ParameterError "trials" where none is left, or conditions are
/// named for some of the trials only.
struct ConditionGroup {
  int condition;
  std::vector<Index> trials;
};
std::vector<ConditionGroup> condition_groups(const Session& session, Index least = 1);

}  // namespace stillpoint
