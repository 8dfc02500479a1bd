// What `check-gradients` found, as a table.
#pragma once

#include "experiments/study/rule_checks.hpp"

namespace stillpoint {

/// Header, one line per check, counts.
std::string checks_table(const std::vector<ConditionChecks>& conditions);

}  // namespace stillpoint
