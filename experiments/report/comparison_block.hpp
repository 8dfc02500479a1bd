// The comparisons of a study as every report writes them.
#pragma once

#include <string>

#include "experiments/report/comparison.hpp"
#include "experiments/report/naming.hpp"

namespace stillpoint {

/// "+12", "-0.31", "0" where no digit is left of it.
std::string signed_number(double value, int decimals);

/// One row for each condition that is compared with another.
Block comparisons_block(const ComparedStudy& study);
/// What its columns are; "" where nothing is compared.
std::string comparisons_legend(const ComparedStudy& study);

/// Null, or an object with
///   against              {"number", "label"} (and "directory") of the condition that this one is compared with
///   test                 "paired": signs of the differences turned (analysis/statistics/paired.hpp), or "log_rank" where
///                        the two share no seed
///   pairs set_apart      integers: pairs of runs with a seed; of these left out because a control is unmatched
///   budget               updates to which both are followed
///   reached_points       {"value", "interval"}: difference in the share of runs at criterion [percentage points], or null
///   p_reached_holm       of it, by turned signs, corrected over all comparisons; null where no pair differs or one is all
///   updates              the same: difference in the mean of min(updates to criterion, budget), over pairs
///   log_rank             its chi-squared statistic, null where the test is paired
///   p                    two-sided; null where the times cannot tell: no difference, or too few runs
///   p_holm comparisons   corrected over that many comparisons
///   cliffs_delta         of the updates to criterion, -1 to 1, negative: faster; null without runs
///   cliffs_delta_interval  [low, high], 95 %
Json comparison_json(const ComparedStudy& study, std::size_t condition);

/// The same as fields of CSV, each with its comma in front.
std::string comparison_header();
std::string comparison_fields(const ComparedStudy& study, std::size_t condition);

}  // namespace stillpoint
