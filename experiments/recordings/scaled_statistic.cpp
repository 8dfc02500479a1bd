#include "experiments/recordings/scaled_statistic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/activity/condition_groups.hpp"
#include "analysis/statistics/intervals.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t most_groups = 10;

std::vector<Index> all_neurons(const Session& session) {
  std::vector<Index> all(static_cast<std::size_t>(session.neurons()));
  std::iota(all.begin(), all.end(), Index{0});
  return all;
}

}  // namespace

double shown(Scale scale, double value) {
  return scale == Scale::logarithm ? std::exp(value) : scale == Scale::square ? std::sqrt(std::max(0., value)) : value;
}

std::optional<double> jackknife_error_of(const ScaledStatistic& statistic) {
  if (!statistic.value || statistic.without.size() < 2) return std::nullopt;
  return jackknife_error(
      Eigen::Map<const Vector<double>>(statistic.without.data(), static_cast<Index>(statistic.without.size())));
}

std::vector<ScaledStatistic> jackknifed(const Session& session, std::size_t count,
                                        const std::function<StatisticValues(const Session&)>& of,
                                        const std::string& undefined) {
  std::vector<ScaledStatistic> result(count);
  try {
    const StatisticValues values = of(session);
    for (std::size_t i = 0; i < count; ++i) result[i].value = values[i];
  } catch (const ParameterError& error) {
    for (auto& each : result) each.absent = fmt::format("{} = {}: {}", error.name, error.value, error.allowed);
    return result;
  }
  for (auto& each : result)
    if (!each.value) each.absent = undefined;
  std::vector<bool> whole(count, true);
  for (const auto& trials : trials_without(session)) {
    StatisticValues values(count);
    try {
      values = of(chosen(session, all_neurons(session), trials));
    } catch (const ParameterError&) {  // too few trials are left: no interval
    }
    for (std::size_t i = 0; i < count; ++i) {
      whole[i] = whole[i] && values[i];
      if (whole[i]) result[i].without.push_back(*values[i]);
    }
  }
  for (std::size_t i = 0; i < count; ++i)
    if (!whole[i]) result[i].without.clear();
  return result;
}

std::vector<ScaledStatistic> absent(std::size_t count, const std::string& why) {
  return std::vector<ScaledStatistic>(count, {std::nullopt, {}, why});
}

std::vector<std::vector<Index>> trials_without(const Session& session) {
  const auto groups = condition_groups(session);
  std::size_t longest = 0;
  for (const auto& group : groups) longest = std::max(longest, group.trials.size());
  const std::size_t count = std::min(most_groups, longest);
  std::vector<std::vector<Index>> left(count);
  for (const auto& group : groups)
    for (std::size_t place = 0; place < group.trials.size(); ++place)
      for (std::size_t out = 0; out < count; ++out)
        if (place % count != out) left[out].push_back(group.trials[place]);
  for (auto& trials : left) std::sort(trials.begin(), trials.end());
  return left;
}

Session condensed(const Session& session, Index most) {
  Session result{session.bin_ms, session.start_ms, {}, {}};
  for (const auto& group : condition_groups(session)) {
    const auto count = static_cast<Index>(group.trials.size()), means = std::min(count, most);
    for (Index mean = 0; mean < means; ++mean) {
      std::vector<Index> members;
      for (Index place = mean; place < count; place += means)
        members.push_back(group.trials[static_cast<std::size_t>(place)]);
      result.trials.push_back(mean_over_trials(session, members));
      if (!session.condition.empty()) result.condition.push_back(group.condition);
    }
  }
  return result;
}

Session thinned(const Session& session, Index most) {
  const auto count = static_cast<Index>(session.trials.size());
  if (count <= most) return session;
  std::vector<Index> kept;
  for (const auto& group : condition_groups(session)) {
    const auto members = static_cast<Index>(group.trials.size()), take = std::max<Index>(1, members * most / count);
    for (Index i = 0; i < take; ++i) kept.push_back(group.trials[static_cast<std::size_t>(i * members / take)]);
  }
  std::sort(kept.begin(), kept.end());
  return chosen(session, all_neurons(session), kept);
}

}  // namespace stillpoint
