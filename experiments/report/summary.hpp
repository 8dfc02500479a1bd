// What came of a study, one row per condition, in three forms.
//
// Every run is counted in `runs`, also those that diverged; one that reached criterion and diverged later counts in
// both `reached` and `diverged`. Means of final values are over runs that did not diverge.
#pragma once

#include <string>

#include "experiments/report/comparison.hpp"
#include "experiments/report/text_table.hpp"

namespace stillpoint {

/// List of objects with the keys of identity_json (experiments/report/naming.hpp): number, label, condition (object: full
/// option name -> number, true, false or string), runs (done), planned, running, missing, unmatched ..; and
///   reached diverged       integers
///   budget                 most updates that a run of the condition was given
///   collapsed              integer: runs in which, after freeze-in, all trials ended alike or hardly depended on the
///                          input
///   reached_interval       [low, high], Wilson 95 %, shares from 0 to 1
///   median_updates         Kaplan-Meier median number of updates to criterion, null when beyond the budget
///   median_updates_interval  [low, high], bootstrap 95 %; null: beyond the budget, or fewer than two runs
///   final_accuracy final_loss  means over runs that did not diverge, null when there are none
///   speed                  {"start", "end"}: mean population speed at update 0 and at the end [1/s]
///   over_stability_bound   share of runs from 0 to 1 past the stability bound of the step, null without runs
///   seconds_per_update     median over runs
///   controlled             null without schedule.shape = controlled, else {"set_point", "speed", "missed"}: of V [1/s],
///                          its mean over the last tenth of the updates and the runs, and the number of runs that are
///                          off by more than 5 %
///   tuned_edge             null, or text such as "at the upper edge of rate": the value that [tune] chose is the least or
///                          the greatest of those it tried
///   alignment              object: rule -> {"cosine", "norm_ratio"} with BPTT's gradient on the same trials, means over
///                          updates and runs; empty without shadow.rules
///   programs               list of text: the programs that trained its runs
///   comparison             as in experiments/report/comparison_block.hpp
std::string summary_json(const ComparedStudy& study);

/// The same values as RFC 4180 text: one column per varied option, two for each rule of `alignment`, an empty field for
/// null.
std::string summary_csv(const ComparedStudy& study);

/// What a table has no column for, a line each: values that were tuned, combinations that could not be run, controls that
/// are not matched, networks that collapsed, set points that were missed, alignment with BPTT.
std::string notes_on_conditions(const ComparedStudy& study);

/// The same values as aligned text of at most `width` characters a line; the comparisons in a second block.
std::string summary_table(const ComparedStudy& study, std::size_t width = usual_width);

}  // namespace stillpoint
