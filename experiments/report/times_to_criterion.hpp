// How long the runs of a study took, as statistics take them.
#pragma once

#include <optional>
#include <vector>

#include "analysis/statistics/intervals.hpp"
#include "analysis/statistics/survival.hpp"
#include "experiments/results/records.hpp"

namespace stillpoint {

std::vector<TimeToCriterion> times_to_criterion(const std::vector<RunRecord>& runs);

/// Times of two groups of runs, all followed to the smallest budget of any of them: whatever came later counts as not
/// reached. A run that diverged without reaching stays at risk (infinity).
struct CommonFollowUp {
  long budget = 0;  // [updates]
  std::vector<TimeToCriterion> first, second;
};
CommonFollowUp to_common_budget(const std::vector<RunRecord>& first, const std::vector<RunRecord>& second);

/// `runs` minus `reference`, over the seeds that both have. Each pair is followed to the smaller of its two budgets.
struct PairedDifference {
  long pairs = 0;
  std::optional<Estimate> share_reached;  // percentage points, score interval; absent without pairs
  std::vector<double> updates;            // of each pair, of min(reached_at, budget) [updates]
  std::vector<double> reached = {};       // of each pair: 1 where the first alone reached, -1 the other alone, else 0
};
PairedDifference paired_difference(const std::vector<RunRecord>& runs, const std::vector<RunRecord>& reference);

}  // namespace stillpoint
