// Does a rule do what it says? Each kind of rule against what it is defined by, on a network and trials of any origin:
//
//   exact         central differences of the loss, the synapse's current frozen
//   unbiased      mean of many draws against the exact gradient, along fixed random directions
//   others        their published formula, written out as sums over synapses (plasticity/check/literal_rules.hpp)
#pragma once

#include <string>
#include <vector>

#include "plasticity/learner.hpp"

namespace stillpoint {

/// Where a rule is checked, in double. options: of a run (synapse, temporal consistency, what its transcription reads).
struct CheckProblem {
  const Options& options;
  Network<double> network;
  Integration integration;
  Noise noise;  // for exact and unbiased rules; the others are checked without
  TrialSet<double> trials;
  std::uint64_t seed = 1;
  Index draws = 1000;  // of an estimator
};

struct RuleCheck {
  enum class Verdict { ok, failed, not_checked };
  std::string rule, against;
  double error = 0, bound = 0;  // of what `against` names
  std::string note = {};
  bool sound = true;  // false: whatever the error, the check could not be made as it should be
  bool made = true;   // false: there is nothing to check the rule against

  Verdict verdict() const {
    return !made ? Verdict::not_checked : sound && error <= bound ? Verdict::ok : Verdict::failed;
  }
};

/// The rule against its own claim; one of your own that is exact or unbiased is checked like those of the toolkit.
RuleCheck check_rule(const RuleModel& model, const CheckProblem& problem);

/// Temporal consistency as tcr.form = local or instantaneous, beside whatever rule.
RuleCheck check_temporal_consistency(const CheckProblem& problem);

/// 1 when one of them failed, else 0.
int exit_code(const std::vector<RuleCheck>& checks);

}  // namespace stillpoint
