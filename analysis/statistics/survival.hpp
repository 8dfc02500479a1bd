// Times to criterion of which some are only known to be longer than a run was followed (survival analysis).
//
// Times are counted in weight updates. A run that did not reach criterion within its budget is censored there: all that
// is known is that it needs more. A run that diverged will never reach: it is censored at infinity, which keeps it at
// risk. Dropping it would make a condition look better for every run that it ruins.
#pragma once

#include <optional>
#include <vector>

namespace stillpoint {

struct TimeToCriterion {
  double updates;  // when the criterion was reached, or how long the run was followed (infinity when it diverged)
  bool reached;
};

/// Share of runs not yet at criterion after `updates`, constant until the next step, 1 before the first.
struct SurvivalStep {
  double updates, survival;
};
/// Product-limit estimate (Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452), one step per distinct time at
/// which a run reached; budgets may differ; a run censored at a time is at risk at that time. Empty when no run
/// reached.
std::vector<SurvivalStep> kaplan_meier(std::vector<TimeToCriterion> times);

/// First time at which the Kaplan-Meier estimate is at or below one half [updates]: for equal budgets the ceil(n/2)-th
/// smallest time. Absent when it stays above (fewer than half reached: the median is beyond the budget) or without
/// runs.
std::optional<double> median_time(std::vector<TimeToCriterion> times);

/// An absent end lies beyond the budget.
struct CensoredInterval {
  std::optional<double> low, high;
};
/// Bootstrap interval of the median time over runs [updates]; absent for fewer than two runs.
std::optional<CensoredInterval> median_time_interval(std::vector<TimeToCriterion> times);
/// The same of each of many groups; those of as many runs share their resamples.
std::vector<std::optional<CensoredInterval>> median_time_intervals(std::vector<std::vector<TimeToCriterion>> groups);

}  // namespace stillpoint
