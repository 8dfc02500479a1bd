#include "experiments/recordings/needed_sample.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "experiments/predictions/hypotheses.hpp"
#include "experiments/recordings/matched_value.hpp"

namespace stillpoint {

std::optional<NeededSample> needed_sample(const Prediction& prediction, const PredictionsFile& table, bool matched) {
  std::map<std::pair<Index, Index>, NeededSample> found;
  const auto pairs = table.pairs.find(prediction.name);
  if (pairs == table.pairs.end() || !never_judged(prediction, table, matched).empty()) return std::nullopt;
  for (const auto& pair : pairs->second) {
    const bool focus = pair.a == table.focus || pair.b == table.focus;
    if (!focus || !pair.animals_80 || is_control(pair.a) || is_control(pair.b)) continue;
    auto& sample =
        found.emplace(std::pair(pair.size.neurons, pair.size.trials), NeededSample{pair.size, 0, 0}).first->second;
    sample.animals = std::max(sample.animals, *pair.animals_80);
    ++sample.told;
  }
  std::optional<NeededSample> best;
  for (const auto& [size, sample] : found)
    if (!best || sample.told > best->told) best = sample;
  return best;
}

std::vector<NextSample> next_samples(const std::vector<std::string>& left, const PredictionsFile& table, bool matched) {
  const bool focus = std::count(left.begin(), left.end(), table.focus) > 0;
  std::vector<NextSample> all;
  for (std::size_t i = 0; i < left.size(); ++i)
    for (std::size_t j = i + 1; j < left.size(); ++j) {
      if (focus && left[i] != table.focus && left[j] != table.focus) continue;
      std::optional<NextSample> best;
      for (const auto& prediction : predictions()) {
        const auto pairs = table.pairs.find(prediction.name);
        if (pairs == table.pairs.end() || !never_judged(prediction, table, matched).empty()) continue;
        for (const auto& pair : pairs->second)
          if (std::set<std::string>{pair.a, pair.b} == std::set<std::string>{left[i], left[j]} && pair.animals_80 &&
              (!best || *pair.animals_80 < *best->pair.animals_80))
            best = NextSample{left[i], left[j], prediction.name, pair};
      }
      if (best) all.push_back(*best);
    }
  return all;
}

}  // namespace stillpoint
