#include "experiments/predictions/prediction_table.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "analysis/statistics/sample_size.hpp"
#include "experiments/predictions/hypotheses.hpp"

namespace stillpoint {

namespace {

using Networks = std::vector<const MeasuredNetwork*>;
using BySeed = std::map<std::uint64_t, double>;

constexpr double most_of_step = 0.2;  // of a difference, that half the time step may change
constexpr std::size_t fewest_seeds_of_step = 3;

/// Mean over the animals of each seed, each the mean of its sessions.
BySeed by_seed(const std::vector<Animal>& animals) {
  std::map<std::uint64_t, std::pair<double, double>> sums;
  for (const auto& animal : animals) {
    sums[animal.seed].first += std::accumulate(animal.sessions.begin(), animal.sessions.end(), 0.0) /
                               static_cast<double>(animal.sessions.size());
    sums[animal.seed].second += 1;
  }
  BySeed means;
  for (const auto& [seed, sum] : sums) means[seed] = sum.first / sum.second;
  return means;
}

/// By rates: one value for each animal.
std::vector<SetAnimal> by_rates(const Networks& networks, std::size_t prediction) {
  std::vector<SetAnimal> all;
  for (const auto* network : networks)
    if (const auto value = network->values[prediction].rates)
      all.push_back({{network->seed, {*value}}, network->setting});
  return all;
}

std::vector<Animal> animals_in(const std::vector<SetAnimal>& all) {
  std::vector<Animal> animals;
  for (const auto& each : all) animals.push_back(each.animal);
  return animals;
}

/// Mean over seeds, its interval without what no value can be.
std::optional<Estimate> bounded_mean(const std::vector<Animal>& animals, const Prediction& of) {
  std::vector<double> values;
  for (const auto& each : by_seed(animals)) values.push_back(each.second);
  auto mean = mean_with_interval(values);
  if (mean && mean->interval)
    mean->interval = Interval{std::max(mean->interval->low, of.least), std::min(mean->interval->high, of.most)};
  return mean;
}

HypothesisValue value_of(const std::string& hypothesis, const Networks& networks, std::size_t prediction) {
  const auto& of = predictions()[prediction];
  HypothesisValue value{hypothesis, bounded_mean(animals_in(by_rates(networks, prediction)), of)};
  for (const auto* network : networks) {
    const auto& rates = network->values[prediction].rates;
    (rates ? value.networks : value.undefined) += 1;
    value.censored += rates && *rates >= of.most ? 1 : 0;
    value.unmatched += network->unmatched ? 1 : 0;
  }
  return value;
}

/// Networks of one hypothesis by setting and variant.
using Groups = std::map<std::tuple<std::size_t, std::string, std::string>, Networks>;
Groups groups_of(const PredictionStudy& study, const std::string& hypothesis) {
  Groups groups;
  for (const auto& network : study.networks)
    if (network.hypothesis == hypothesis && !network.values.empty())
      groups[{network.study, network.setting, network.variant}].push_back(&network);
  return groups;
}

/// In how many pairs of groups of one setting the difference has the sign of the table's.
void count_settings(const PredictionStudy& study, std::size_t prediction, PairRow& pair) {
  if (!pair.difference) return;
  const double sign = pair.difference->value > 0 ? 1 : -1;
  for (const auto& [of_a, a] : groups_of(study, pair.a))
    for (const auto& [of_b, b] : groups_of(study, pair.b)) {
      if (std::get<1>(of_a) != std::get<1>(of_b)) continue;
      const auto found = discrimination(animals_in(by_rates(a, prediction)), animals_in(by_rates(b, prediction)), 1);
      if (!found) continue;
      ++pair.settings;
      pair.holds += sign * (found->auc.value - 0.5) >= told_apart - 0.5 ? 1 : 0;
    }
}

PairAtSize pair_at(const PredictionStudy& study, const PairRow& pair, std::size_t prediction, std::size_t size) {
  const auto [a, b] = alike(animals_of(study, pair.a, prediction, size), animals_of(study, pair.b, prediction, size));
  PairAtSize at{study.setting.sizes[size], discrimination(a, b, sessions_per_animal), mean_difference(a, b), {}, {}};
  if (at.discrimination) {
    at.animals_80 = animals_for(a, b, sessions_per_animal, 0.8, most_animals);
    at.animals_90 = animals_for(a, b, sessions_per_animal, 0.9, most_animals);
  }
  return at;
}

PairRow pair_of(const PredictionStudy& study, const std::string& a, const std::string& b, std::size_t prediction) {
  const auto [of_a, of_b] = alike(by_rates(tabled(study, a), prediction), by_rates(tabled(study, b), prediction));
  PairRow pair{a, b, mean_difference(of_a, of_b), {}};
  for (std::size_t size = 0; size < study.setting.sizes.size(); ++size)
    pair.sizes.push_back(pair_at(study, pair, prediction, size));
  count_settings(study, prediction, pair);
  return pair;
}

/// Change at half the step under a hypothesis, over seeds; absent with fewer than three of them.
std::optional<Estimate> step_change(const PredictionStudy& study, const std::string& hypothesis,
                                    std::size_t prediction) {
  std::vector<Animal> changes;
  for (const auto* network : tabled(study, hypothesis))
    if (const auto& value = network->values[prediction]; value.rates && value.half_step)
      changes.push_back({network->seed, {*value.half_step - *value.rates}});
  std::vector<double> of_seeds;
  for (const auto& each : by_seed(changes)) of_seeds.push_back(each.second);
  return of_seeds.size() < fewest_seeds_of_step ? std::nullopt : mean_with_interval(of_seeds);
}

double reach(const Estimate& change) {
  return std::max(std::abs(change.interval->low), std::abs(change.interval->high));
}

/// Changes at half the step beside the differences that are told apart.
void judge_step(const PredictionStudy& study, const std::vector<std::string>& hypotheses, PredictionRow& row) {
  for (const auto& network : study.networks)
    row.measured_at_half_step |= !network.values.empty() && network.values[row.prediction].half_step;
  std::map<std::string, double> most;
  for (const auto& name : hypotheses) {
    const auto change = step_change(study, name, row.prediction);
    if (!change) continue;
    most[name] = reach(*change);
    if (!row.half_step || most[name] > reach(row.half_step->change)) row.half_step = {name, *change};
  }
  for (auto& pair : row.pairs) {
    if (most.count(pair.a) == 0 || most.count(pair.b) == 0) continue;
    pair.step_change = std::max(most.at(pair.a), most.at(pair.b));
    for (std::size_t size = 0; size < pair.sizes.size(); ++size)
      if (const auto told = pair.told(size); told == Told::yes || told == Told::within_step)
        row.step_dependent = row.step_dependent.value_or(false) || told == Told::within_step;
  }
}

}  // namespace

Told PairRow::told(std::size_t size) const {
  const auto& at = sizes[size];
  if (!at.tells()) return Told::no;
  if (!difference || difference->value * at.difference->value <= 0) return Told::not_by_rates;
  return step_change > std::abs(difference->value) * most_of_step ? Told::within_step : Told::yes;
}

std::optional<Estimate> mean_difference(const std::vector<Animal>& a, const std::vector<Animal>& b) {
  std::vector<double> differences;
  const auto of_a = by_seed(a);
  for (const auto& [seed, value] : by_seed(b))
    if (const auto other = of_a.find(seed); other != of_a.end()) differences.push_back(value - other->second);
  return mean_with_interval(differences);
}

std::optional<Estimate> mean_with_interval(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  if (values.size() < 2) return Estimate{values.front()};
  const auto found = student_mean(values);
  return Estimate{found->value, Interval{found->low, found->high}};
}

std::vector<std::string> hypotheses_in(const PredictionStudy& study) {
  std::vector<std::string> names, found;
  for (const auto& each : hypotheses()) names.push_back(each.name);
  for (const auto& network : study.networks)
    if (std::find(names.begin(), names.end(), network.hypothesis) == names.end()) names.push_back(network.hypothesis);
  for (const auto& name : names)
    if (!tabled(study, name).empty()) found.push_back(name);
  return found;
}

std::vector<const MeasuredNetwork*> tabled(const PredictionStudy& study, const std::string& hypothesis) {
  std::vector<std::pair<std::string, Networks>> variants;
  for (const auto& network : study.networks) {
    if (network.study != 0 || network.hypothesis != hypothesis || network.values.empty()) continue;
    auto variant =
        std::find_if(variants.begin(), variants.end(), [&](const auto& each) { return each.first == network.variant; });
    if (variant == variants.end()) variant = variants.insert(variants.end(), {network.variant, {}});
    variant->second.push_back(&network);
  }
  const auto most = std::max_element(variants.begin(), variants.end(), [](const auto& one, const auto& other) {
    return one.second.size() < other.second.size();
  });
  return most == variants.end() ? Networks() : most->second;
}

std::vector<SetAnimal> animals_of(const PredictionStudy& study, const std::string& hypothesis, std::size_t prediction,
                                  std::size_t size) {
  std::vector<SetAnimal> all;
  for (const auto* network : tabled(study, hypothesis)) {
    const auto& sessions = network->values[prediction].sessions;
    const auto& numbers = network->values[prediction].numbers;
    if (size >= sessions.size() || sessions[size].empty()) continue;
    all.push_back({{network->seed, sessions[size]}, network->setting, {}});
    if (size < numbers.size()) {
      all.back().numbers = numbers[size];
    } else {
      all.back().numbers.resize(sessions[size].size());
      std::iota(all.back().numbers.begin(), all.back().numbers.end(), Index{0});
    }
  }
  return all;
}

std::pair<std::vector<Animal>, std::vector<Animal>> alike(const std::vector<SetAnimal>& a,
                                                          const std::vector<SetAnimal>& b) {
  const auto shared = [](const auto& of, const auto& with) {
    std::vector<Animal> some;
    for (const auto& each : of)
      if (std::any_of(with.begin(), with.end(), [&](const auto& other) {
            return other.animal.seed == each.animal.seed && other.setting == each.setting;
          }))
        some.push_back(each.animal);
    return some;
  };
  return {shared(a, b), shared(b, a)};
}

PredictionTable table_of(const PredictionStudy& study) {
  PredictionTable table{hypotheses_in(study), {}, {}};
  const auto& names = table.hypotheses;
  const auto& only = study.setting.only;
  for (std::size_t p = 0; p < predictions().size(); ++p) {
    if (!only.empty() && std::find(only.begin(), only.end(), predictions()[p].name) == only.end()) continue;
    PredictionRow row{p, {}, {}, {}, {}, {}, {}, {}};
    for (const auto& name : names) {
      row.values.push_back(value_of(name, tabled(study, name), p));
      for (std::size_t size = 0; size < study.setting.sizes.size(); ++size) {
        const auto animals = animals_in(animals_of(study, name, p, size));
        row.values.back().recorded.push_back(bounded_mean(animals, predictions()[p]));
      }
      for (const auto& [group, networks] : groups_of(study, name))
        row.settings.push_back(
            {std::get<1>(group), std::get<2>(group), std::get<0>(group), value_of(name, networks, p)});
    }
    for (std::size_t a = 0; a < names.size(); ++a)
      for (std::size_t b = a + 1; b < names.size(); ++b) row.pairs.push_back(pair_of(study, names[a], names[b], p));
    for (const auto& network : study.networks)
      if (row.undefined.empty() && !network.values.empty() && !network.values[p].rates)
        row.undefined = network.values[p].undefined;
    judge_step(study, names, row);
    table.rows.push_back(std::move(row));
  }
  const std::size_t middle = study.setting.sizes.size() / 2;
  for (std::size_t a = 0; a < names.size(); ++a)
    for (std::size_t b = a + 1; b < names.size(); ++b) {
      std::vector<StatisticOfPair> statistics;
      for (const auto& row : table.rows) {
        auto [of_a, of_b] = alike(animals_of(study, names[a], row.prediction, middle),
                                  animals_of(study, names[b], row.prediction, middle));
        statistics.push_back({std::move(of_a), std::move(of_b)});
      }
      if (const auto best = best_of(statistics, sessions_per_animal))
        table.best.push_back(
            {names[a], names[b], table.rows[best->index].prediction, best->auc_of_choice, best->reported});
    }
  return table;
}

}  // namespace stillpoint
