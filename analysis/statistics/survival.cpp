#include "analysis/statistics/survival.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/statistics/bootstrap.hpp"

namespace stillpoint {

namespace {

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
  return std::numeric_limits<double>::infinity();
}

std::optional<double> if_finite(double value) {
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

}  // namespace

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

}  // namespace stillpoint
