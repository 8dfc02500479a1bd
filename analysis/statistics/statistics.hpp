// Estimates and 95 % intervals over the runs of a condition.
//
// Times are counted in weight updates. A run that did not reach criterion within its budget is censored there: all that
// is known is that it needs more. A run that diverged will never reach: it is censored at infinity, which keeps it at
// risk. Dropping it would make a condition look better for every run that it ruins.
//
// Bootstrap intervals (Efron 1979, doi:10.1214/aos/1176344552; percentile method, Efron & Tibshirani 1993) resample
// runs 10000 times from one fixed random stream: same runs, same interval. Below some 10 runs they are too narrow, and
// where all values are equal they have no width.
#pragma once

#include <optional>
#include <vector>

#include "experiments/results/records.hpp"

namespace stillpoint {

struct Interval {
  double low, high;
};

/// Score interval of a proportion (Wilson 1927, doi:10.1080/01621459.1927.10502953), in shares from 0 to 1; [0, 1] for
/// no trials.
Interval wilson_interval(long successes, long trials, double level = 0.95);

/// Whether the loss or the gradient of the run ever ceased to be finite, be it after criterion was reached.
bool diverged(const RunRecord& run);

struct TimeToCriterion {
  double updates;  // when the criterion was reached, or how long the run was followed (infinity when it diverged)
  bool reached;
};
std::vector<TimeToCriterion> times_to_criterion(const std::vector<RunRecord>& runs);

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

struct Estimate {
  double value;
  std::optional<Interval> interval;  // absent for fewer than two values
};
/// Mean with its bootstrap interval, in the unit of `values`, which must be finite; absent when there are none.
std::optional<Estimate> mean_estimate(const std::vector<double>& values);

/// Score interval of the difference of two paired proportions, first minus second, from the counts of the four kinds of
/// pairs (Newcombe 1998, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C, method 10), in shares
/// from -1 to 1; it has a width even where all pairs are alike. [-1, 1] without pairs.
Interval paired_share_interval(long both, long first_only, long second_only, long neither);

/// `runs` minus `reference`, over the seeds that both have. Each pair is followed to the smaller of its two budgets.
struct PairedDifference {
  long pairs = 0;
  std::optional<Estimate> share_reached;  // percentage points, score interval; absent without pairs
  std::optional<Estimate> updates;        // restricted mean, min(reached_at, budget) [updates]; absent without pairs
};
PairedDifference paired_difference(const std::vector<RunRecord>& runs, const std::vector<RunRecord>& reference);

}  // namespace stillpoint
