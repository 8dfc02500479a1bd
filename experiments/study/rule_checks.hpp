// `stillpoint check-gradients`: the rules of a study, or all of them, checked on small networks and short trials.
#pragma once

#include "experiments/study/study.hpp"
#include "plasticity/check/rule_check.hpp"

namespace stillpoint {

struct RuleChecksRequest {
  StudyRequest study;
  std::string rule;   // instead of the study's; without a study file: of all rules this one
  bool full = false;  // networks and trials as they are, instead of 16 neurons and the last 20 steps
  Index draws = 10000;
};

/// What was checked under one set of options.
struct ConditionChecks {
  static constexpr Index batch = 4;  // trials
  std::string condition;             // "" where nothing varies
  Options options;
  Index steps = 0;
  bool input_replaced = false;
  std::vector<RuleCheck> checks;
};

/// Every condition of the study; without a study file every rule on its default network, where a rule that refuses the
/// options is a line of its own as long as another accepts them. Throws UserError.
std::vector<ConditionChecks> check_rules(const RuleChecksRequest& request);

/// The last `steps` valid steps of each trial, moved to its start.
TrialSet<double> last_steps(const TrialSet<double>& trials, Index steps);

/// 1 when a check failed, else 0.
int exit_code(const std::vector<ConditionChecks>& conditions);

}  // namespace stillpoint
