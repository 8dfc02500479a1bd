#include "experiments/report/times_to_criterion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace stillpoint {

namespace {

std::vector<TimeToCriterion> followed_to(const std::vector<RunRecord>& runs, long budget) {
  auto times = times_to_criterion(runs);
  const auto end = static_cast<double>(budget);
  for (auto& time : times)
    if (time.updates > end && std::isfinite(time.updates)) time = {end, false};
  return times;
}

}  // namespace

std::vector<TimeToCriterion> times_to_criterion(const std::vector<RunRecord>& runs) {
  std::vector<TimeToCriterion> times;
  for (const auto& run : runs) {
    if (run.reached_at)
      times.push_back({static_cast<double>(*run.reached_at), true});
    else
      times.push_back(
          {run.diverged() ? std::numeric_limits<double>::infinity() : static_cast<double>(run.updates), false});
  }
  return times;
}

CommonFollowUp to_common_budget(const std::vector<RunRecord>& first, const std::vector<RunRecord>& second) {
  long budget = std::numeric_limits<long>::max();
  for (const auto* runs : {&first, &second})
    for (const auto& run : *runs) budget = std::min(budget, run.updates);
  return {budget, followed_to(first, budget), followed_to(second, budget)};
}

PairedDifference paired_difference(const std::vector<RunRecord>& runs, const std::vector<RunRecord>& reference) {
  std::map<std::uint64_t, const RunRecord*> partner;
  for (const auto& run : reference) partner[run.seed] = &run;

  long both = 0, first_only = 0, second_only = 0, neither = 0;
  std::vector<double> updates, each_reached;
  for (const auto& run : runs) {
    const auto found = partner.find(run.seed);
    if (found == partner.end()) continue;
    const auto& other = *found->second;
    const long budget = std::min(run.updates, other.updates);
    const long run_time = run.reached_at.value_or(budget + 1), other_time = other.reached_at.value_or(budget + 1);
    const bool reached = run_time <= budget, other_reached = other_time <= budget;
    ++(reached ? other_reached ? both : first_only : other_reached ? second_only : neither);
    each_reached.push_back(static_cast<double>(reached) - static_cast<double>(other_reached));
    updates.push_back(static_cast<double>(std::min(run_time, budget) - std::min(other_time, budget)));
  }
  const auto pairs = static_cast<long>(updates.size());
  if (pairs == 0) return {};
  const auto interval = paired_share_interval(both, first_only, second_only, neither);
  const double difference = static_cast<double>(first_only - second_only) / static_cast<double>(pairs);
  return {pairs, Estimate{100 * difference, Interval{100 * interval.low, 100 * interval.high}}, std::move(updates),
          std::move(each_reached)};
}

}  // namespace stillpoint
