#include "analysis/statistics/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t resamples = 10000;
constexpr double tail = 0.025;  // on each side of a 95 % interval

/// Percentile interval of `statistic(counts)`, where counts[i] says how often run i was drawn. Infinite values are
/// allowed.
template <class Statistic>
Interval percentile_interval(std::size_t runs, const Statistic& statistic) {
  Stream stream(0, Purpose::bootstrap);
  std::vector<double> values(resamples);
  std::vector<int> counts(runs);
  for (auto& value : values) {
    std::fill(counts.begin(), counts.end(), 0);
    for (std::size_t draw = 0; draw < runs; ++draw)
      ++counts[static_cast<std::size_t>(stream.below(static_cast<Index>(runs)))];
    value = statistic(counts);
  }
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(tail * (resamples + 1));
  return {values[rank - 1], values[resamples - rank]};
}

void sort_by_time(std::vector<TimeToCriterion>& times) {
  std::sort(times.begin(), times.end(), [](const auto& a, const auto& b) { return a.updates < b.updates; });
}

/// Run i of `sorted` counts counts[i] times.
std::vector<SurvivalStep> product_limit(const std::vector<TimeToCriterion>& sorted, const std::vector<int>& counts) {
  std::vector<SurvivalStep> steps;
  int at_risk = std::accumulate(counts.begin(), counts.end(), 0);
  double survival = 1;
  for (std::size_t i = 0; i < sorted.size();) {
    const double now = sorted[i].updates;
    int reached = 0, leaving = 0;
    for (; i < sorted.size() && sorted[i].updates == now; ++i) {
      leaving += counts[i];
      if (sorted[i].reached) reached += counts[i];
    }
    if (reached > 0) {
      survival *= 1 - static_cast<double>(reached) / at_risk;
      steps.push_back({now, survival});
    }
    at_risk -= leaving;
  }
  return steps;
}

/// Infinity when the median is beyond the budget.
double median_of(const std::vector<SurvivalStep>& steps) {
  constexpr double rounding = 1e-9;  // a product of n fractions that should be one half is off by some n * 1e-16
  for (const auto& step : steps)
    if (step.survival <= 0.5 + rounding) return step.updates;
  return infinity;
}

std::optional<double> if_finite(double value) {
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

}  // namespace

Interval wilson_interval(long successes, long trials, double level) {
  if (trials == 0) return {0, 1};
  const double z = boost::math::quantile(boost::math::normal(), (1 + level) / 2);
  const double n = static_cast<double>(trials), p = static_cast<double>(successes) / n;
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  // The ends are exactly 0 for no success and 1 for no failure; rounding must not carry them past that.
  return {successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half};
}

bool diverged(const RunRecord& run) {
  return run.outcome == RunRecord::Outcome::diverged || run.diverged_at.has_value();
}

std::vector<TimeToCriterion> times_to_criterion(const std::vector<RunRecord>& runs) {
  std::vector<TimeToCriterion> times;
  for (const auto& run : runs) {
    if (run.reached_at)
      times.push_back({static_cast<double>(*run.reached_at), true});
    else
      times.push_back({diverged(run) ? infinity : static_cast<double>(run.updates), false});
  }
  return times;
}

std::vector<SurvivalStep> kaplan_meier(std::vector<TimeToCriterion> times) {
  sort_by_time(times);
  return product_limit(times, std::vector<int>(times.size(), 1));
}

std::optional<double> median_time(std::vector<TimeToCriterion> times) {
  return if_finite(median_of(kaplan_meier(std::move(times))));
}

std::optional<CensoredInterval> median_time_interval(std::vector<TimeToCriterion> times) {
  if (times.size() < 2) return std::nullopt;
  sort_by_time(times);
  const auto interval = percentile_interval(
      times.size(), [&](const std::vector<int>& counts) { return median_of(product_limit(times, counts)); });
  return CensoredInterval{if_finite(interval.low), if_finite(interval.high)};
}

std::optional<Estimate> mean_estimate(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  const double count = static_cast<double>(values.size());
  Estimate estimate{std::accumulate(values.begin(), values.end(), 0.0) / count, std::nullopt};
  if (values.size() > 1)
    estimate.interval = percentile_interval(values.size(), [&](const std::vector<int>& counts) {
      return std::inner_product(values.begin(), values.end(), counts.begin(), 0.0) / count;
    });
  return estimate;
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

PairedDifference paired_difference(const std::vector<RunRecord>& runs, const std::vector<RunRecord>& reference) {
  std::map<std::uint64_t, const RunRecord*> partner;
  for (const auto& run : reference) partner[run.seed] = &run;

  long both = 0, first_only = 0, second_only = 0, neither = 0;
  std::vector<double> updates;
  for (const auto& run : runs) {
    const auto found = partner.find(run.seed);
    if (found == partner.end()) continue;
    const auto& other = *found->second;
    const long budget = std::min(run.updates, other.updates);
    const long run_time = run.reached_at.value_or(budget + 1), other_time = other.reached_at.value_or(budget + 1);
    const bool reached = run_time <= budget, other_reached = other_time <= budget;
    ++(reached ? other_reached ? both : first_only : other_reached ? second_only : neither);
    updates.push_back(static_cast<double>(std::min(run_time, budget) - std::min(other_time, budget)));
  }
  const auto pairs = static_cast<long>(updates.size());
  if (pairs == 0) return {};
  const auto interval = paired_share_interval(both, first_only, second_only, neither);
  const double difference = static_cast<double>(first_only - second_only) / static_cast<double>(pairs);
  return {pairs, Estimate{100 * difference, Interval{100 * interval.low, 100 * interval.high}}, mean_estimate(updates)};
}

}  // namespace stillpoint
