// Compared conditions, one row per condition, in three forms.
#pragma once

#include <string>

#include "experiments/report/comparison.hpp"

namespace stillpoint {

/// List of objects, one per condition, group after group, with the keys
///   task                   task.name, null when no run says it
///   condition              object: full option name -> number, true, false or string
///   runs reached diverged unmatched  integers, as in summary.hpp
///   reached_interval       [low, high], Wilson 95 %, shares from 0 to 1
///   unit                   "updates", or "ms" where conditions are followed for the same time of training: of budget,
///                          median_updates and what is compared
///   budget                 most updates that a run of the condition was given
///   median_updates         Kaplan-Meier median number of updates to criterion, null when beyond the budget
///   median_updates_interval  [low, high], bootstrap 95 %; null: beyond the budget, or fewer than two runs
///   seconds_per_update     median over runs
///   seconds_to_criterion   median of seconds per update times updates to criterion, null when fewer than half reached
///   cosine                 mean cosine of the rule with the true gradient, null where no run measured it
///   comparison             null for the first condition of a group, else an object with
///     against              compared options of that first condition: full option name -> value
///     budget               updates to which both are followed
///     log_rank p           chi-squared statistic and p-value of the log-rank test, null where the times cannot tell:
///                          no run of either reached, or all at the same update
///     p_holm comparisons   the p-value corrected over that many comparisons
///     cliffs_delta         of the updates to criterion, -1 to 1; negative: faster than the first
///     cliffs_delta_interval  [low, high], 95 %
std::string comparison_json(const ComparedStudy& study);

/// The same values as RFC 4180 text: one column per varied option, an empty field for null; `against` is text.
std::string comparison_csv(const ComparedStudy& study);

/// The same values, rounded, as aligned text of at most 110 columns.
std::string comparison_table(const ComparedStudy& study);

}  // namespace stillpoint
