// The values that a study chooses for each condition before it compares conditions: section [tune].
//
//   [tune]
//   rate = 0.1 0.3 1 3 10        factors on the rule's own rate (optimizer.rate, reward_hebbian.rate, ..)
//   synapse.beta = 30 100 300    values of any option; it is left alone where the condition does not use it
//   seeds = 3                    runs per candidate, on seeds of their own
//   first_seed = 1001
//
// Every combination is a candidate. The score of a candidate is the mean over its runs of the updates to criterion,
// with the budget for runs that did not reach it or that diverged; ties go to the lower mean final loss (a diverged run
// counts as infinite), then to the first. The chosen values are those of the condition's own runs, whose seeds are
// fresh.
#pragma once

#include <string>
#include <vector>

#include "experiments/results/records.hpp"
#include "experiments/study/study.hpp"

namespace stillpoint {

/// The candidates of a condition given by `all` (resolved: `options`), or none when nothing that it uses is tuned.
/// Those that `rehearse` refuses are left out where the study skips what cannot be run. Throws UserError when all are.
std::vector<Study::Candidate> candidates_of(const Study& study, const Assignments& all, const Options& options,
                                            void (*rehearse)(const Options&));

/// Updates and loss by which candidates are judged.
struct TuningScore {
  double updates, loss;
};
TuningScore score_of(const std::vector<RunRecord>& runs);
/// Index of the best of at least one candidate.
std::size_t best_of(const std::vector<TuningScore>& scores);

/// An option whose chosen value is the least or the greatest of those that were tried: a better one may lie beyond.
struct TuningEdge {
  std::string option;
  bool upper;
};
/// Of the chosen among the candidates that were run, in the order of their options; none of an option that had one
/// value, or values that are no numbers.
std::vector<TuningEdge> edges_of(const std::vector<Assignments>& candidates, const Assignments& chosen);
/// "at the upper edge of rate", "at the upper edge of rate and the lower edge of beta", or "".
std::string edge_text(const std::vector<TuningEdge>& edges);

}  // namespace stillpoint
