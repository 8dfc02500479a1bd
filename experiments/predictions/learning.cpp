#include "experiments/predictions/learning.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "analysis/learning/daily_change.hpp"
#include "analysis/statistics/quantiles.hpp"
#include "experiments/predictions/hypotheses.hpp"
#include "experiments/predictions/prediction_table.hpp"

namespace stillpoint {

namespace {

using Verdict = LearningPhases::Verdict;
using LearningNetworks = std::vector<const LearningNetwork*>;
using Values = std::vector<std::pair<std::uint64_t, double>>;  // of networks, by their seed

constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();

/// Mean over the networks of each seed.
std::vector<double> seed_means(const Values& values) {
  std::map<std::uint64_t, std::vector<double>> of_seed;
  for (const auto& [seed, value] : values) of_seed[seed].push_back(value);
  std::vector<double> means;
  for (const auto& [seed, all] : of_seed) means.push_back(mean_of(all));
  return means;
}

/// Mean over the days whose update is in a phase.
template <class InPhase>
std::optional<double> phase_mean(const LearningPath& path, const Vector<double>& values, InPhase&& in_phase) {
  std::vector<double> some;
  for (std::size_t i = 0; i < path.update.size(); ++i)
    if (const double value = values(static_cast<Index>(i));
        std::isfinite(value) && in_phase(static_cast<double>(path.update[i])))
      some.push_back(value);
  return some.empty() ? std::nullopt : std::optional(mean_of(some));
}

LearningRow row_of(const LearningGroup& group, const LearningNetworks& networks, std::size_t statistic, bool recorded) {
  LearningRow row{group, statistic, recorded, {}, {}, {}, {}, {}, static_cast<long>(networks.size()), 0};
  Values before, during, after, first_change, change;
  const auto add = [](Values& to, std::uint64_t seed, std::optional<double> value) {
    if (value) to.emplace_back(seed, *value);
  };
  for (const auto* network : networks) {
    const auto& path = network->path;
    const auto& fall = *path.fall;
    const auto values = daily_values(path, statistic, recorded ? most_sessions_per_day : 0);
    const auto a = phase_mean(path, values, [&](double update) { return update <= fall.before; });
    const auto b = phase_mean(path, values, [&](double at) { return at > fall.before && at < fall.after; });
    const auto c = phase_mean(path, values, [&](double update) { return update >= fall.after; });
    add(before, network->seed, a);
    add(during, network->seed, b);
    add(after, network->seed, c);
    if (a && b) first_change.emplace_back(network->seed, *b - *a);
    if (a && c)
      change.emplace_back(network->seed, *c - *a);
    else
      ++row.without_both;
  }
  row.before = mean_with_interval(seed_means(before));
  row.during = mean_with_interval(seed_means(during));
  row.after = mean_with_interval(seed_means(after));
  row.during_less_before = mean_with_interval(seed_means(first_change));
  row.after_less_before = mean_with_interval(seed_means(change));
  return row;
}

struct NetworkLead {
  std::uint64_t seed;
  double lead;
  std::vector<double> by_chance;  // of each random order
};

/// Absent where no change is found; `too_few` counts networks with too few days.
std::optional<NetworkLead> lead_of(const LearningNetwork& network, std::size_t statistic, Index sessions,
                                   long& too_few) {
  const auto values = daily_values(network.path, statistic, sessions);
  std::vector<double> defined, day;
  for (Index i = 0; i < values.size(); ++i)
    if (std::isfinite(values(i))) {
      defined.push_back(values(i));
      day.push_back(static_cast<double>(network.path.day[static_cast<std::size_t>(i)]));
    }
  if (static_cast<Index>(defined.size()) < DailyChange::fewest_days) {
    ++too_few;
    return std::nullopt;
  }
  const auto change = find_daily_change(
      Eigen::Map<const Vector<double>>(defined.data(), static_cast<Index>(defined.size())), network.seed);
  if (!change || change->p > level_of_change) return std::nullopt;
  const auto fall = static_cast<double>(day_of(network.path.fall->onset, network.updates_per_day));
  NetworkLead lead{network.seed, fall - day[static_cast<std::size_t>(change->first)], {}};
  for (const Index first : change->by_chance) lead.by_chance.push_back(fall - day[static_cast<std::size_t>(first)]);
  return lead;
}

std::optional<LeadRow::ByChance> chance_of(const std::vector<NetworkLead>& leads, double mean) {
  if (leads.empty()) return std::nullopt;
  const std::size_t orders = leads.front().by_chance.size();
  std::vector<double> means;
  for (std::size_t order = 0; order < orders; ++order) {
    Values values;
    for (const auto& lead : leads) values.emplace_back(lead.seed, lead.by_chance[order]);
    means.push_back(mean_of(seed_means(values)));
  }
  const auto as_large = std::count_if(means.begin(), means.end(), [&](double each) { return each >= mean - 1e-9; });
  LeadRow::ByChance chance{mean_of(means), 0, static_cast<double>(as_large + 1) / static_cast<double>(orders + 1), 0};
  std::sort(means.begin(), means.end());
  chance.high = quantile(means, 0.95);
  for (auto lead : leads) {
    std::sort(lead.by_chance.begin(), lead.by_chance.end());
    chance.beyond += lead.lead > quantile(lead.by_chance, 0.95) ? 1 : 0;
  }
  return chance;
}

LeadRow lead_row(const LearningGroup& group, const LearningNetworks& networks, std::size_t statistic, Index sessions) {
  LeadRow row{group, statistic, sessions, {}, static_cast<long>(networks.size()), 0, 0, {}};
  std::vector<NetworkLead> leads;
  Values values;
  for (const auto* network : networks)
    if (auto lead = lead_of(*network, statistic, sessions, row.too_few)) {
      values.emplace_back(lead->seed, lead->lead);
      leads.push_back(std::move(*lead));
    }
  row.found = static_cast<long>(leads.size());
  row.lead = mean_with_interval(seed_means(values));
  if (row.lead) row.by_chance = chance_of(leads, row.lead->value);
  return row;
}

/// Those with a path, in the order of hypotheses(), then other arms.
std::vector<std::string> hypotheses_of(const LearningStudy& study) {
  std::vector<std::string> names, found;
  for (const auto& each : hypotheses()) names.push_back(each.name);
  for (const auto& network : study.networks)
    if (std::find(names.begin(), names.end(), network.hypothesis) == names.end()) names.push_back(network.hypothesis);
  for (const auto& name : names)
    if (std::any_of(study.networks.begin(), study.networks.end(),
                    [&](const auto& network) { return network.hypothesis == name && !network.path.day.empty(); }))
      found.push_back(name);
  return found;
}

}  // namespace

Vector<double> daily_values(const LearningPath& path, std::size_t statistic, Index sessions) {
  Vector<double> values(static_cast<Index>(path.values.size()));
  for (Index day = 0; day < values.size(); ++day) {
    const auto& value = path.values[static_cast<std::size_t>(day)][statistic];
    if (sessions == 0) {
      values(day) = value.rates.value_or(not_defined);
      continue;
    }
    const auto& all = value.sessions.front();
    const auto used = std::min(all.size(), static_cast<std::size_t>(sessions));
    values(day) = used == 0 ? not_defined : mean_of({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(used)});
  }
  return values;
}

LearningTable learning_table(const LearningStudy& study) {
  LearningTable table;
  for (const auto& name : hypotheses_of(study)) {
    LearningTable::Verdicts verdicts{name};
    std::map<Verdict, LearningNetworks> fell;
    for (const auto& network : study.networks) {
      if (network.hypothesis != name || network.path.day.empty()) continue;
      const auto verdict = network.path.verdict;
      (verdict == Verdict::abrupt    ? verdicts.abrupt
       : verdict == Verdict::gradual ? verdicts.gradual
                                     : verdicts.none) += 1;
      if (network.path.fall) fell[verdict].push_back(&network);
    }
    table.verdicts.push_back(verdicts);
    for (const auto verdict : {Verdict::abrupt, Verdict::gradual}) {
      const auto& networks = fell[verdict];
      if (networks.empty()) continue;
      for (std::size_t s = 0; s < learning_statistics().size(); ++s) {
        for (const bool recorded : {false, true}) table.rows.push_back(row_of({name, verdict}, networks, s, recorded));
        for (Index sessions = 1; sessions <= most_sessions_per_day; sessions *= 2)
          table.leads.push_back(lead_row({name, verdict}, networks, s, sessions));
      }
    }
  }
  return table;
}

}  // namespace stillpoint
