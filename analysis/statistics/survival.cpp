#include "analysis/statistics/survival.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "analysis/statistics/bootstrap.hpp"

namespace stillpoint {

namespace {

void sort_by_time(std::vector<TimeToCriterion>& times) {
  std::sort(times.begin(), times.end(), [](const auto& a, const auto& b) { return a.updates < b.updates; });
}

/// Run i of `sorted` counts counts[i] times, in all as many as there are runs. Each step is shown to `see`, until that
/// has seen enough and says so.
template <class See>
void product_limit(const std::vector<TimeToCriterion>& sorted, const std::vector<int>& counts, See&& see) {
  auto at_risk = static_cast<int>(sorted.size());
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
      if (see(SurvivalStep{now, survival})) return;
    }
    at_risk -= leaving;
  }
}

/// Infinity when the median is beyond the budget.
double median_of(const std::vector<TimeToCriterion>& sorted, const std::vector<int>& counts) {
  std::size_t reached = 0;  // before any run is censored survival is the share that has not
  for (std::size_t i = 0; i < sorted.size() && sorted[i].reached; ++i) {
    reached += static_cast<std::size_t>(counts[i]);
    if (2 * reached >= sorted.size()) return sorted[i].updates;
  }
  constexpr double rounding = 1e-9;  // a product of n fractions that should be one half is off by some n * 1e-16
  double median = std::numeric_limits<double>::infinity();
  product_limit(sorted, counts, [&](const SurvivalStep& step) {
    const bool halved = step.survival <= 0.5 + rounding;
    if (halved) median = step.updates;
    return halved;
  });
  return median;
}

std::vector<int> once_each(const std::vector<TimeToCriterion>& times) { return std::vector<int>(times.size(), 1); }

std::optional<double> if_finite(double value) {
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

}  // namespace

std::vector<SurvivalStep> kaplan_meier(std::vector<TimeToCriterion> times) {
  sort_by_time(times);
  std::vector<SurvivalStep> steps;
  product_limit(times, once_each(times), [&](const SurvivalStep& step) {
    steps.push_back(step);
    return false;
  });
  return steps;
}

std::optional<double> median_time(std::vector<TimeToCriterion> times) {
  sort_by_time(times);
  return if_finite(median_of(times, once_each(times)));
}

std::optional<CensoredInterval> median_time_interval(std::vector<TimeToCriterion> times) {
  return median_time_intervals({std::move(times)}).front();
}

std::vector<std::optional<CensoredInterval>> median_time_intervals(std::vector<std::vector<TimeToCriterion>> groups) {
  std::vector<std::optional<CensoredInterval>> found(groups.size());
  std::map<std::size_t, std::vector<std::size_t>> of_size;
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (groups[i].size() > 1) of_size[groups[i].size()].push_back(i);
  for (const auto& [runs, places] : of_size) {
    std::vector<ResampledStatistic> medians;
    for (const auto i : places) {
      sort_by_time(groups[i]);
      medians.push_back([&times = groups[i]](const std::vector<int>& counts) { return median_of(times, counts); });
    }
    const auto intervals = percentile_intervals(runs, medians);
    for (std::size_t k = 0; k < places.size(); ++k)
      found[places[k]] = CensoredInterval{if_finite(intervals[k].low), if_finite(intervals[k].high)};
  }
  return found;
}

}  // namespace stillpoint
