// Conditions of one or several studies, compared within the same task and the same values of everything that is not
// compared.
//
// A group holds the conditions that differ in compared options only: rule.*, study.arm, synapse.*, tcr.* (or what the
// user asks for). Each is compared with the first of its group. Every p-value of a table is corrected together (Holm);
// a comparison without a p-value counts, too, as one that is not rejected.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/rank_tests.hpp"
#include "experiments/report/cells.hpp"

namespace stillpoint {

/// Conditions of several studies as one. Options that are an axis of any of them, or set to different values, vary;
/// training.updates and training.checkpoints only as an axis, since they change what is seen of a run, not the run.
/// Equal conditions are pooled; a seed counts once, with its larger budget. `directories`: where each study was read.
/// Throws UserError when a study has no runs, when their tasks differ, or when a condition has other values of options
/// that do not vary in one study than in another, as those that each chose for itself ([tune]).
StudyRecord pooled(const std::vector<StudyRecord>& studies, const std::vector<std::string>& directories);

/// rule.*, study.arm, synapse.*, tcr.*
bool compared_by_default(const std::string& option);

struct Comparison {
  long budget = 0;               // updates to which both conditions are followed
  std::optional<LogRank> test;   // absent where the times cannot tell (log_rank)
  std::optional<double> p_holm;  // test->p, corrected
  Estimate delta{};              // Cliff's delta: negative when the condition is faster than the first
};

struct ComparedCondition {
  Varied varied, compared;  // all options that vary; those that are compared
  Summary summary;
  std::optional<Comparison> comparison;  // with the first condition of the group; absent for that one
};

struct ComparedGroup {
  std::string task;  // "" when no run says it
  Varied shared;     // options that vary in the study but not within the group
  std::vector<ComparedCondition> conditions;
};

struct ComparedStudy {
  std::string name;
  std::vector<std::string> options;  // that are compared
  std::vector<ComparedGroup> groups;
  long comparisons = 0;
  bool on_the_clock = false;  // budgets and times are microseconds of training, not updates
  std::string notes;          // conditions that could not be run, and those with unmatched controls, one line each
};

/// `by`: the options to compare instead of those above; empty for those. Throws UserError when one of them does not
/// vary or is task.name, and when a condition that is compared has fewer than two runs. `equal_seconds`: the conditions
/// of a group are followed for the same time of training instead of the same number of updates, that of the one which
/// was given least; an update counts as the median of its condition, so that all seeds of a condition have one budget.
ComparedStudy compare_conditions(const StudyRecord& study, const std::vector<std::string>& by = {},
                                 bool equal_seconds = false);

}  // namespace stillpoint
