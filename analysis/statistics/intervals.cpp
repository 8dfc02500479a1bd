#include "analysis/statistics/intervals.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

namespace stillpoint {

Interval wilson_interval(long successes, long trials, double level) {
  if (trials == 0) return {0, 1};
  const double z = boost::math::quantile(boost::math::normal(), (1 + level) / 2);
  const double n = static_cast<double>(trials);
  return score_interval(static_cast<double>(successes) / n, n, z);
}

Interval score_interval(double p, double n, double z) {
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  // The ends are exactly 0 for no success and 1 for no failure; rounding must not carry them past that.
  return {p == 0 ? 0 : centre - half, p == 1 ? 1 : centre + half};
}

double clopper_pearson_high(long successes, long trials, double risk) {
  if (successes >= trials) return 1;
  return boost::math::binomial_distribution<>::find_upper_bound_on_p(static_cast<double>(trials),
                                                                     static_cast<double>(successes), risk);
}

IntervalEstimate share_of(long successes, long trials) {
  const auto [low, high] = wilson_interval(successes, trials);
  return {trials == 0 ? 0 : static_cast<double>(successes) / static_cast<double>(trials), low, high};
}

Interval paired_share_interval(long both, long first_only, long second_only, long neither) {
  const double a = static_cast<double>(both), b = static_cast<double>(first_only), c = static_cast<double>(second_only),
               d = static_cast<double>(neither), n = a + b + c + d;
  if (n == 0) return {-1, 1};
  const double p1 = (a + b) / n, p2 = (a + c) / n;
  const auto wilson1 = wilson_interval(both + first_only, both + first_only + second_only + neither);
  const auto wilson2 = wilson_interval(both + second_only, both + first_only + second_only + neither);
  // phi: correlation of the two outcomes, a positive one corrected for continuity
  const double margins = (a + b) * (c + d) * (a + c) * (b + d), excess = a * d - b * c;
  const double corrected = excess > 0 ? std::max(excess - n / 2, 0.0) : excess;
  const double phi = margins > 0 ? corrected / std::sqrt(margins) : 0;
  const auto combine = [phi](double x, double y) { return std::sqrt(std::max(0.0, x * x - 2 * phi * x * y + y * y)); };
  const double difference = p1 - p2;
  return {std::max(-1.0, difference - combine(p1 - wilson1.low, wilson2.high - p2)),
          std::min(1.0, difference + combine(wilson1.high - p1, p2 - wilson2.low))};
}

namespace {

template <class Law>
IntervalEstimate symmetric_interval(double value, double standard_error, const Law& law, double level) {
  const double half = boost::math::quantile(law, (1 + level) / 2) * standard_error;
  return {value, value - half, value + half};
}

}  // namespace

IntervalEstimate normal_interval(double value, double standard_error) {
  return symmetric_interval(value, standard_error, boost::math::normal(), usual_confidence);
}

IntervalEstimate student_interval(double value, double standard_error, double degrees_of_freedom, double level) {
  return symmetric_interval(value, standard_error, boost::math::students_t(degrees_of_freedom), level);
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<IntervalEstimate> student_mean(const std::vector<double>& values, double level) {
  if (values.size() < 2) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  const double mean = mean_of(values);
  const double squares = std::accumulate(values.begin(), values.end(), 0.0, [&](double all, double value) {
    return all + (value - mean) * (value - mean);
  });
  return student_interval(mean, std::sqrt(squares / (n - 1) / n), n - 1, level);
}

double jackknife_error(const Vector<double>& without) {
  const auto n = static_cast<double>(without.size());
  return std::sqrt((n - 1) / n * (without.array() - without.mean()).square().sum());
}

}  // namespace stillpoint
