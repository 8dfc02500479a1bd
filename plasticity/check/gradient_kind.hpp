// What a rule's gradient turns out to be, whatever the rule says of itself.
#pragma once

#include <optional>
#include <vector>

#include "plasticity/check/rule_check.hpp"

namespace stillpoint {

struct GradientJudgement {
  /// undecided: too many weights are at kinks of relu, and the others agree with an exact rule. none: the rule writes
  /// finished changes.
  enum class Kind { exact, unbiased, approximate, undecided, none } kind = Kind::none;
  std::vector<RuleCheck> tried;        // exact, then unbiased, until one of them held or could not be made
  std::optional<RuleCheck> own_claim;  // of a rule that claims neither: against its formula
  std::optional<Alignment> alignment;  // with BPTT's gradient; of rules that can learn from the trials of another
};
std::string name_of(GradientJudgement::Kind kind);

/// Holds the rule against central differences of the loss, then the mean of many draws against the exact gradient.
GradientJudgement judge_gradient(const RuleModel& model, const CheckProblem& problem);

}  // namespace stillpoint
