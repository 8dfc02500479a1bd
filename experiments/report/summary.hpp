// What came of a study, one row per condition, in three forms.
//
// Every run is counted in `runs`, also those that diverged; one that reached criterion and diverged later counts in
// both `reached` and `diverged`. Means of final values are over runs that did not diverge.
#pragma once

#include <string>
#include <vector>

#include "experiments/results/records.hpp"

namespace stillpoint {

/// Short names of the conditions, in order: the arm by its value, other options as "g = 2.5" (the full name where two
/// options end alike); "all runs" where nothing varies.
std::vector<std::string> condition_labels(const StudyRecord& study);

/// One line per combination of the grid that could not be run, with the reason.
std::string left_out_lines(const StudyRecord& study);
/// One line per condition whose matched control is not matched in every run.
std::string unmatched_lines(const StudyRecord& study);

/// List of objects with the keys
///   condition              object: full option name -> number, true, false or string
///   runs reached diverged  integers
///   budget                 most updates that a run of the condition was given
///   collapsed              integer: runs in which, after freeze-in, all trials ended alike or hardly depended on the
///                          input
///   unmatched              integer: runs of a matched control for which no factor came close enough
///   reached_interval       [low, high], Wilson 95 %, shares from 0 to 1
///   median_updates         Kaplan-Meier median number of updates to criterion, null when beyond the budget
///   median_updates_interval  [low, high], bootstrap 95 %; null: beyond the budget, or fewer than two runs
///   final_accuracy final_loss  means over runs that did not diverge, null when there are none
///   speed                  {"start", "end"}: mean population speed at update 0 and at the end [1/s]
///   over_stability_bound   share of runs from 0 to 1 past the stability bound of the step, null without runs
///   seconds_per_update     median over runs
///   controlled             null without schedule.shape = controlled, else {"set_point", "speed", "missed"}: of V
///   [1/s],
///                          its mean over the last tenth of the updates and the runs, and the number of runs that are
///                          off by more than 5 %
///   alignment              object: rule -> {"cosine", "norm_ratio"} with BPTT's gradient on the same trials, means
///   over
///                          updates and runs; empty without shadow.rules
///   programs               list of text: the programs that trained its runs
///   paired                 null where study.arm does not vary and for the arm `against` (default: the first), else
///                          {"against", "pairs", "reached_points", "updates"}: differences over the same seeds, in
///                          percentage points and in updates (restricted mean), each null or {"value", "interval"}
/// Throws UserError when the study has no arm `against`.
std::string summary_json(const StudyRecord& study, const std::string& against = "");

/// The same values as RFC 4180 text: one column per varied option, two for each rule of `alignment`, an empty field for
/// null.
std::string summary_csv(const StudyRecord& study, const std::string& against = "");

/// The same values as aligned text of at most 110 columns; the paired differences in a second block.
std::string summary_table(const StudyRecord& study, const std::string& against = "");

}  // namespace stillpoint
