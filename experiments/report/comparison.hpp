// Conditions compared within the same task and the same values of everything that is not compared.
//
// A group holds the conditions that differ in compared options only: study.arm, synapse.* and tcr.*, where none of these
// varies rule.* (or what the user asks for). Each is compared with the first of its group, or with the one that the user names. Conditions that
// share seeds are compared as pairs (analysis/statistics/paired.hpp), others by the log-rank test. Every p-value of a
// study is corrected together (Holm); a comparison without a p-value counts, too, as one that is not rejected.
//
// Runs of a control that could not be matched are no runs of that control: pairs with them are set apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/report/condition_summary.hpp"

namespace stillpoint {

struct Comparison {
  std::size_t against = 0;  // place in the study of the condition that it is compared with
  bool paired = true;       // over seeds that both have; else over all runs of each
  long pairs = 0;
  long set_apart = 0;  // unmatched: pairs of which either is, or runs where nothing is paired
  long budget = 0;     // updates to which both are followed, the smallest of any run that counts
  /// Differences over pairs, this condition minus the other: share of runs at criterion [percentage points]; min(updates
  /// to criterion, budget of the pair) [updates].
  std::optional<Estimate> share_reached, updates;
  std::optional<double> log_rank;  // its statistic, where nothing is paired
  std::optional<double> p;         // absent where the times cannot tell
  std::optional<double> p_holm;
  /// Of share_reached, by turned signs as p is, corrected (Holm) over those of all comparisons; absent where no pair
  /// differs.
  std::optional<double> p_reached_holm;
  std::optional<Estimate> delta;  // Cliff's, of the same runs: negative where this condition is faster; absent without
};

struct ComparedStudy {
  StudyRecord study;
  std::vector<Summary> summaries;                      // of each condition
  std::vector<std::string> options;                    // that are compared
  std::vector<std::optional<Comparison>> comparisons;  // of each condition; absent where it has nothing to compare with
  long count = 0;                                      // of comparisons
  bool on_the_clock = false;                           // budgets and times are microseconds of training, not updates
};

struct ComparisonRequest {
  std::vector<std::string> by = {};  // options to compare instead of those above
  /// What each is compared with (experiments/results/condition_choice.hpp): a condition that all others are compared
  /// with, or a value that several have, in each group the one with it (and, unless it is compared anyway, its option is
  /// what is compared). Empty: the first of each group.
  std::string against = {};
  /// Conditions of a group are followed for the same time of training instead of the same number of updates, that of
  /// the one which was given least; an update counts as the median of its condition, so that all seeds of a condition
  /// have one budget.
  bool equal_seconds = false;
};

/// What is compared, and with what.
struct Compared {
  std::vector<std::string> options;
  std::vector<std::optional<std::size_t>> with;  // of each condition, itself where others are compared with it
};
/// Throws as compare_conditions does.
Compared compared_with(const StudyRecord& study, const ComparisonRequest& request);

/// Throws UserError where an option of `by` does not vary or is task.name, or `against` names nothing, or several of a
/// group.
ComparedStudy compare_conditions(StudyRecord study, const ComparisonRequest& request = {});

/// Of an option --by.
constexpr const char* compared_options_help =
    "option whose values are compared, all others being equal; may be given more than once; default: study.arm, "
    "synapse.* and tcr.*, or rule.* where none of these varies";

/// task.name of a condition; "" where no run says it.
std::string task_of(const Condition& condition);

}  // namespace stillpoint
