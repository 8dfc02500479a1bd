#include "analysis/statistics/rank_tests.hpp"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <stdexcept>

namespace stillpoint {

namespace {

long at_risk(const std::vector<TimeToCriterion>& times, double now) {
  return std::count_if(times.begin(), times.end(), [&](const auto& time) { return time.updates >= now; });
}

long reaching(const std::vector<TimeToCriterion>& times, double now) {
  return std::count_if(times.begin(), times.end(),
                       [&](const auto& time) { return time.reached && time.updates == now; });
}

/// 1 when `a` is later than `b`, -1 when it is sooner.
int dominance(const TimeToCriterion& a, const TimeToCriterion& b) {
  const auto end = [](const TimeToCriterion& time) {
    return time.reached ? time.updates : std::numeric_limits<double>::infinity();
  };
  return static_cast<int>(end(a) > end(b)) - static_cast<int>(end(a) < end(b));
}

/// Interval of delta where its variance cannot be estimated: all pairs alike (`dominance` of each).
Interval interval_of_equal_pairs(int dominance, std::size_t runs) {
  const auto none = wilson_interval(0, static_cast<long>(runs));  // [0, largest share that may have been missed]
  if (dominance == 0) return {-none.high, none.high};
  const double least = 1 - 2 * none.high;
  return dominance > 0 ? Interval{least, 1} : Interval{-1, -least};
}

}  // namespace

std::optional<LogRank> log_rank(const std::vector<TimeToCriterion>& first, const std::vector<TimeToCriterion>& second) {
  std::set<double> moments;
  for (const auto* times : {&first, &second})
    for (const auto& time : *times)
      if (time.reached) moments.insert(time.updates);
  double excess = 0, variance = 0;  // of the first group: observed minus expected
  for (const double now : moments) {
    const auto n1 = static_cast<double>(at_risk(first, now)), n = n1 + static_cast<double>(at_risk(second, now));
    const auto d1 = static_cast<double>(reaching(first, now)), d = d1 + static_cast<double>(reaching(second, now));
    excess += d1 - d * n1 / n;
    if (n > 1) variance += d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1);
  }
  if (variance <= 0) return std::nullopt;
  const double statistic = excess * excess / variance;
  return LogRank{statistic, boost::math::cdf(boost::math::complement(boost::math::chi_squared(1), statistic))};
}

std::vector<double> holm(const std::vector<double>& p) {
  for (const double each : p)
    if (!(each >= 0 && each <= 1)) throw std::invalid_argument("holm: a p-value is from 0 to 1");
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(p.size() - rank) * p[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

Estimate cliffs_delta(const std::vector<TimeToCriterion>& first, const std::vector<TimeToCriterion>& second) {
  if (first.empty() || second.empty()) throw std::invalid_argument("cliffs_delta: a group is empty");
  const auto n = static_cast<double>(first.size()), m = static_cast<double>(second.size());
  std::vector<double> of_first(first.size(), 0), of_second(second.size(), 0);  // mean dominance of each run
  long sum = 0, squares = 0;
  for (std::size_t i = 0; i < first.size(); ++i)
    for (std::size_t j = 0; j < second.size(); ++j) {
      const int sign = dominance(first[i], second[j]);
      of_first[i] += sign / m;
      of_second[j] += sign / n;
      sum += sign;
      squares += sign * sign;
    }
  const auto fewest = std::min(first.size(), second.size());
  const double d = static_cast<double>(sum) / (n * m);
  if (fewest < 2) return {d, std::nullopt};
  const auto pairs = static_cast<long>(first.size() * second.size());
  if (squares == 0 || std::abs(sum) == pairs) return {d, interval_of_equal_pairs(static_cast<int>(d), fewest)};

  const auto spread = [d](const std::vector<double>& means) {
    return std::accumulate(means.begin(), means.end(), 0.0,
                           [d](double sum, double mean) { return sum + (mean - d) * (mean - d); });
  };
  const double between_pairs = static_cast<double>(squares) - n * m * d * d;
  const double unbiased =
      (m * m * spread(of_first) + n * n * spread(of_second) - between_pairs) / (n * m * (n - 1) * (m - 1));
  const double variance = std::max(unbiased, (1 - d * d) / (n * m - 1));
  const double z = boost::math::quantile(boost::math::normal(), 0.975);
  const double centre = d - d * d * d, scale = 1 - d * d + z * z * variance;
  const double half = z * std::sqrt(variance * ((1 - d * d) * (1 - d * d) + z * z * variance));
  return {d, Interval{std::max(-1.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)}};
}

}  // namespace stillpoint
