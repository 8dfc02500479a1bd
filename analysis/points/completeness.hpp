// How many fixed points a search may have missed, from how often its starts ended at each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

/// f1 (f1 - 1) / (2 (f2 + 1)), f1 and f2 the points hit once and twice: a lower bound of the mean number of points
/// never hit (bias-corrected Chao1; Chao 1987, doi:10.2307/2531532). Not of their number in one search: that may be less.
double chao1_missing(const std::vector<Index>& hits);

/// A number that at least so many points were never hit, wrong in at most 5 % of searches with independent starts: f1 and
/// f2 are sums of independent rare events and so no more spread than Poisson counts; with f1 at least a and f2 at most b
/// (exact limits, 5/3 % each) the mean number missed is a^2 / (2 b) or more, and what a search misses is its 5/3 % quantile
/// or more.
double least_missing(const std::vector<Index>& hits);

/// Share of the entries that were hit once among all hits: above .2 most starts of a further search end at new points.
double share_of_singletons(const std::vector<Index>& hits);

/// The part of the 5 % that look number 0, 1, .. may be wrong by: .025, .0125, ..
double risk_of_look(Index look);
/// How many starts without an unlisted end bring the limit to `coverage` in this look.
Index starts_of_look(Index look, double coverage);

/// How much of what starts lead to is not on the list: of converged starts drawn afresh, whose ends are only counted.
struct UnseenShare {
  enum class Ended { complete, covered, budget, many_points };
  double estimate = 0, high = 1;  // k/n; its upper limit of 95 % over all looks
  Index converged = 0;            // n, of the look that `high` is of
  Index unlisted = 0;             // k, ends that were not on the list before that look
  bool by_halves = false;         // no look: the second half of phase 1, against the list of the first
  Ended ended = Ended::budget;    // why no further look was taken
};

/// "complete", "covered", "budget", "many_points"
std::string name_of(UnseenShare::Ended ended);

struct Missing {
  double estimate = 0;              // chao1_missing less what was found since: a lower bound of a mean
  double low = 0;                   // 95 %, least_missing less what was found since
  std::optional<double> high = {};  // known where the list is complete alone: 0
};

}  // namespace stillpoint
