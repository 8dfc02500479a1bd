// On which day did a statistic change that is measured once a day, and did it change at all?
//
// The series is cut once, where two means leave the least sum of squares (SegmentCost,
// analysis/learning/segment_cost.hpp, without autoregression), two days or more on either side. As many random orders
// of the same days are cut alike; with n of them
//
//   p = (1 + orders whose cut leaves as little) / (n + 1)
//
// which is valid at any number of days and for any noise where days are exchangeable (a Monte Carlo test: Phipson &
// Smyth 2010, doi:10.2202/1544-6115.1585). A change k days from an end of T is cut as well by 2 k! (T - k)! / T! of the
// orders at least: of 8 days none is found that close to an end as 2. Where a statistic drifts they are not: a trend
// counts as a change, near its middle.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

struct DailyChange {
  static constexpr Index fewest_days = 8;
  static constexpr Index shortest = 2;  // days on either side of the cut

  Index first;                   // place of the first day after the change
  double before, after;          // means
  double p;                      // that days in random order are cut as well
  std::vector<Index> by_chance;  // `first` of each random order: where a change lies that is none
};
/// values: one per day, in order. Absent where all are equal. Throws ParameterError "days" for fewer than fewest_days,
/// and for values that are not finite.
std::optional<DailyChange> find_daily_change(const Vector<double>& values, std::uint64_t seed, Index orders = 199);

}  // namespace stillpoint
