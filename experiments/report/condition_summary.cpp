#include "experiments/report/condition_summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/statistics/quantiles.hpp"
#include "experiments/report/times_to_criterion.hpp"

namespace stillpoint {

namespace {

std::vector<double> finite_only(std::vector<double> values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value); }),
               values.end());
  return values;
}

std::optional<double> mean(const std::vector<double>& all) {
  const auto values = finite_only(all);
  if (values.empty()) return std::nullopt;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> finite_median(const std::vector<double>& all) {
  const auto values = finite_only(all);
  return values.empty() ? std::nullopt : std::optional(median(values));
}

std::optional<double> median_seconds_to_criterion(const std::vector<RunRecord>& runs) {
  std::vector<TimeToCriterion> times;
  for (const auto& run : runs)
    if (run.reached_at)
      times.push_back({run.seconds_per_update * static_cast<double>(*run.reached_at), true});
    else
      times.push_back({std::numeric_limits<double>::infinity(), false});
  return median_time(times);
}

/// Means over runs, rule by rule.
std::vector<AlignmentRecord> mean_alignment(const std::vector<RunRecord>& runs) {
  std::vector<AlignmentRecord> means;
  if (runs.empty()) return means;
  for (const auto& [rule, ignored_cosine, ignored_ratio] : runs.front().alignment) {
    std::vector<double> cosine, norm_ratio;
    for (const auto& run : runs)
      for (const auto& each : run.alignment)
        if (each.rule == rule) {
          cosine.push_back(each.cosine);
          norm_ratio.push_back(each.norm_ratio);
        }
    const double nan = std::numeric_limits<double>::quiet_NaN();
    means.push_back({rule, mean(cosine).value_or(nan), mean(norm_ratio).value_or(nan)});
  }
  return means;
}

/// All but the interval of the median.
Summary summarise(const std::vector<RunRecord>& runs) {
  Summary summary;
  summary.budget = largest_budget(runs);
  std::vector<double> accuracy, loss, start, end, over, own_cosine, controlled;
  for (const auto& run : runs) {
    ++summary.runs;
    if (run.reached_at) ++summary.reached;
    if (run.collapsed) ++summary.collapsed;
    start.push_back(run.speed_at_start);
    over.push_back(run.over_stability_bound ? 1 : 0);
    if (const auto cosine = run.own_cosine()) own_cosine.push_back(*cosine);
    if (const auto& held = run.controlled_speed) {
      controlled.push_back(held->reached);
      summary.controlled = held;
      if (!held->held()) ++summary.set_point_missed;
    }
    if (run.diverged()) {
      ++summary.diverged;
      continue;
    }
    accuracy.push_back(run.final_accuracy);
    loss.push_back(run.final_loss);
    end.push_back(run.speed_at_end);
  }
  summary.reached_interval = wilson_interval(summary.reached, summary.runs);
  summary.median_updates = median_time(times_to_criterion(runs));
  summary.final_accuracy = mean(accuracy);
  summary.final_loss = mean(loss);
  summary.speed_start = mean(start);
  summary.speed_end = mean(end);
  summary.over_stability_bound = mean(over);
  summary.seconds_per_update = median_seconds_per_update(runs);
  summary.seconds_to_criterion = median_seconds_to_criterion(runs);
  summary.own_cosine = mean(own_cosine);
  if (summary.controlled) summary.controlled->reached = mean(controlled).value_or(summary.controlled->reached);
  summary.alignment = mean_alignment(runs);
  return summary;
}

}  // namespace

std::optional<double> median_seconds_per_update(const std::vector<RunRecord>& runs) {
  std::vector<double> seconds;
  for (const auto& run : runs) seconds.push_back(run.seconds_per_update);
  return finite_median(seconds);
}

long largest_budget(const std::vector<RunRecord>& runs) {
  long budget = 0;
  for (const auto& run : runs) budget = std::max(budget, run.updates);
  return budget;
}

std::vector<Summary> summarise(const std::vector<Condition>& conditions) {
  std::vector<Summary> summaries;
  std::vector<std::vector<TimeToCriterion>> times;
  for (const auto& condition : conditions) {
    summaries.push_back(summarise(condition.runs));
    times.push_back(times_to_criterion(condition.runs));
  }
  const auto intervals = median_time_intervals(std::move(times));
  for (std::size_t i = 0; i < summaries.size(); ++i) summaries[i].median_interval = intervals[i];
  return summaries;
}

}  // namespace stillpoint
