#include "analysis/statistics/best_statistic.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace stillpoint {

namespace {

std::vector<Animal> half_of(const std::vector<Animal>& animals, std::uint64_t remainder) {
  std::vector<Animal> half;
  std::copy_if(animals.begin(), animals.end(), std::back_inserter(half),
               [&](const Animal& animal) { return animal.seed % 2 == remainder; });
  return half;
}

std::optional<Discrimination> of_half(const StatisticOfPair& statistic, long sessions, std::uint64_t remainder) {
  return discrimination(half_of(statistic.a, remainder), half_of(statistic.b, remainder), sessions);
}

}  // namespace

std::optional<BestStatistic> best_of(const std::vector<StatisticOfPair>& statistics, long sessions) {
  std::optional<BestStatistic> best;
  for (std::size_t i = 0; i < statistics.size(); ++i) {
    const auto chosen_on = of_half(statistics[i], sessions, 0);
    if (!chosen_on) continue;
    const double auc = chosen_on->auc.value;
    if (!best || std::abs(auc - 0.5) > std::abs(best->auc_of_choice - 0.5)) best = BestStatistic{i, auc, {}};
  }
  if (best) best->reported = of_half(statistics[best->index], sessions, 1);
  return best;
}

}  // namespace stillpoint
