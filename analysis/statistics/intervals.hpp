// Estimates and their intervals, of 95 % where nothing else is said.
#pragma once

#include <optional>
#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

struct Interval {
  double low, high;
};
constexpr double usual_confidence = 0.95;

/// A value whose interval may be unknown, for example of a single run.
struct Estimate {
  double value;
  std::optional<Interval> interval = {};
};

/// A value that always has an interval.
struct IntervalEstimate {
  double value, low, high;
};

/// Score interval of a proportion (Wilson 1927, doi:10.1080/01621459.1927.10502953), in shares from 0 to 1; [0, 1] for
/// no trials.
Interval wilson_interval(long successes, long trials, double level = usual_confidence);
/// The same of any share of `trials` > 0 trials, which need not be whole, with the quantile of another law than the
/// normal.
Interval score_interval(double share, double trials, double quantile);
/// The share with Wilson's interval; 0 for no trials.
IntervalEstimate share_of(long successes, long trials);

/// One-sided upper limit of a proportion, wrong in at most `risk` of samples (Clopper & Pearson 1934,
/// doi:10.1093/biomet/26.4.404), in shares from 0 to 1; 1 for no trials.
double clopper_pearson_high(long successes, long trials, double risk);

/// Score interval of the difference of two paired proportions, first minus second, from the counts of the four kinds of
/// pairs (Newcombe 1998, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C, method 10), in shares
/// from -1 to 1; it has a width even where all pairs are alike. [-1, 1] without pairs.
Interval paired_share_interval(long both, long first_only, long second_only, long neither);

/// value +- z standard errors, z the quantile of the normal distribution.
IntervalEstimate normal_interval(double value, double standard_error);
/// The same with the quantile of Student's t.
IntervalEstimate student_interval(double value, double standard_error, double degrees_of_freedom,
                                  double level = usual_confidence);

/// Of one value or more.
double mean_of(const std::vector<double>& values);
/// Mean of independent values with Student's interval, its standard error s / sqrt(n) (Student 1908,
/// doi:10.1093/biomet/6.1.1), in their unit; absent for fewer than two. Exact for normal values.
std::optional<IntervalEstimate> student_mean(const std::vector<double>& values, double level = usual_confidence);

/// Standard error of a statistic of n samples by the jackknife (Efron & Stein 1981, doi:10.1214/aos/1176345462), from
/// what it is without each of them in turn.
double jackknife_error(const Vector<double>& without);

}  // namespace stillpoint
