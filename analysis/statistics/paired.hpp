// Differences of pairs: one value per pair, as of two conditions that share a seed.
//
// Test: the sum of the differences under every assignment of signs to them (Fisher 1935, The Design of Experiments,
// section 21). If the two of a pair are exchangeable it is exact, whatever their distribution.
// Interval: the shifts that this test does not reject; its ends are order statistics of the means of all subsets of the
// differences (Hartigan 1969, Journal of the American Statistical Association 64:1303).
// Above 20 pairs 2^17 - 1 random subsets take the place of all, from one fixed stream, and both stay exact.
#pragma once

#include <optional>
#include <vector>

#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

struct PairedTest {
  long pairs = 0;
  double mean = 0;                   // NaN without pairs
  std::optional<Interval> interval;  // of the mean, 95 % or a little more; absent for fewer than 6 pairs
  std::optional<double> p;           // two-sided; at most .05 exactly where 0 lies outside the interval there is
};

/// Of finite differences. Interval and p are absent where all are 0, and the interval where all are the same: nothing
/// was seen to vary, and it would have no width. It takes their law as symmetric about its mean.
PairedTest paired_test(const std::vector<double>& differences);
/// The same of each of many lists; those of as many pairs share the random subsets.
std::vector<PairedTest> paired_tests(const std::vector<std::vector<double>>& lists);

}  // namespace stillpoint
