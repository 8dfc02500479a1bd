// What came of the runs of one condition, as numbers.
#pragma once

#include <optional>
#include <vector>

#include "analysis/statistics/intervals.hpp"
#include "analysis/statistics/survival.hpp"
#include "experiments/results/records.hpp"

namespace stillpoint {

struct Summary {
  long runs = 0, reached = 0, diverged = 0;
  long collapsed = 0;           // runs that after freeze-in ended all trials alike, or hardly depended on the input
  long set_point_missed = 0;    // runs whose controlled schedule did not hold V at its set point
  long budget = 0;              // most updates that a run was given
  Interval reached_interval{};  // Wilson 95 %, shares from 0 to 1
  std::optional<double> median_updates;
  std::optional<CensoredInterval> median_interval;
  std::optional<double> final_accuracy, final_loss, speed_end;  // means over runs that did not diverge
  std::optional<double> speed_start, over_stability_bound;      // means [1/s], [share of runs]
  std::optional<double> seconds_per_update;                     // median
  std::optional<double> seconds_to_criterion;                   // median, see below
  std::optional<ControlledSpeed> controlled;                    // mean over the runs that have one
  std::optional<double> own_cosine;        // with the true gradient: mean over the runs that measured it
  std::vector<AlignmentRecord> alignment;  // likewise, of the rule and each of its shadows
};
/// Of each condition. A value is absent when no run has it. `seconds_to_criterion`: each run's seconds per update times its updates to
/// criterion; a run that did not reach counts as longer than all that did, so that the median is absent when fewer than
/// half reached.
std::vector<Summary> summarise(const std::vector<Condition>& conditions);

/// Median over runs.
std::optional<double> median_seconds_per_update(const std::vector<RunRecord>& runs);
/// Most updates that a run was given.
long largest_budget(const std::vector<RunRecord>& runs);

}  // namespace stillpoint
