// Compared conditions, one row per condition, in three forms.
#pragma once

#include <string>

#include "experiments/report/comparison.hpp"
#include "experiments/report/text_table.hpp"

namespace stillpoint {

/// List of objects, one per condition, with the keys of identity_json (experiments/report/naming.hpp) and
///   task                   task.name, null when no run says it
///   reached diverged       integers, as in summary.hpp
///   reached_interval       [low, high], Wilson 95 %, shares from 0 to 1
///   unit                   "updates", or "ms" where conditions are followed for the same time of training: of budget,
///                          median_updates and what is compared
///   budget                 most updates that a run of the condition was given
///   median_updates         Kaplan-Meier median number of updates to criterion, null when beyond the budget
///   median_updates_interval  [low, high], bootstrap 95 %; null: beyond the budget, or fewer than two runs
///   seconds_per_update     median over runs
///   seconds_to_criterion   median of seconds per update times updates to criterion, null when fewer than half reached
///   cosine                 mean cosine of the rule with the true gradient, null where no run measured it
///   comparison             as in experiments/report/comparison_block.hpp, the very numbers of `summary`
std::string comparison_json(const ComparedStudy& study);

/// The same values as RFC 4180 text: one column per varied option, an empty field for null.
std::string comparison_csv(const ComparedStudy& study);

/// The same values, rounded, as aligned text of at most 110 columns. `sources`: lines that say where several directories
/// are numbered; "" for one.
std::string comparison_table(const ComparedStudy& study, const std::string& sources = "",
                             std::size_t width = usual_width);

}  // namespace stillpoint
