// Tests and effect sizes for two groups of times to criterion, and the correction for testing more than once.
//
// Sources: docs/statistics.md. Nothing here knows that runs of one seed share weights and trials: groups count as
// independent, which is on the safe side as long as a seed that is slow in one group tends to be slow in the other.
#pragma once

#include <optional>
#include <vector>

#include "analysis/statistics/intervals.hpp"
#include "analysis/statistics/survival.hpp"

namespace stillpoint {

struct LogRank {
  double statistic;  // chi-squared with 1 degree of freedom
  double p;          // two-sided
};
/// Do two groups reach criterion at the same rate (Mantel 1966, Cancer Chemotherapy Reports 50:163; Peto & Peto 1972,
/// doi:10.2307/2344317)? Hypergeometric variance, which allows for ties; a run censored at a time is at risk at that
/// time. Absent where the times cannot tell: no run reached while both groups were at risk, or all did at once.
std::optional<LogRank> log_rank(const std::vector<TimeToCriterion>& first, const std::vector<TimeToCriterion>& second);

/// Step-down correction (Holm 1979, Scandinavian Journal of Statistics 6:65): adjusted p-values in the order given, at
/// most 1. Rejecting those at or below a level keeps the chance of any false rejection at or below it, whatever the
/// dependence of the tests. Throws std::invalid_argument unless every p is from 0 to 1.
std::vector<double> holm(const std::vector<double>& p);

/// Share of pairs (one time of each group) in which the first is later, minus the share in which it is sooner: -1 when
/// every time of the first group is sooner, 0 when neither dominates (Cliff 1993, doi:10.1037/0033-2909.114.3.494).
/// Runs that did not reach are later than all that did, whenever they were censored, and tie with each other: the times
/// must have been followed to one budget.
///
/// Interval of 95 %: Cliff's own, asymmetric, with the unbiased variance (at least (1 - delta^2) / (n m - 1)). Where
/// its variance vanishes, the score interval of a share in n = the smaller group's runs: delta = -1 or 1 as Feng &
/// Cliff 2004, doi:10.22237/jmasm/1099267560, and all pairs tied in the same way (so that 0 is not certain because
/// nothing reached). Absent for fewer than two runs in a group. Throws std::invalid_argument for an empty group.
Estimate cliffs_delta(const std::vector<TimeToCriterion>& first, const std::vector<TimeToCriterion>& second);

}  // namespace stillpoint
