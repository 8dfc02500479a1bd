// Which of several statistics tells two hypotheses apart best, chosen on other networks than it is reported on.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "analysis/statistics/discrimination.hpp"

namespace stillpoint {

/// One statistic, in the animals of two hypotheses.
struct StatisticOfPair {
  std::vector<Animal> a, b;
};

struct BestStatistic {
  std::size_t index;                       // of `statistics`
  double auc_of_choice;                    // on the networks it was chosen on: too far from .5
  std::optional<Discrimination> reported;  // on the others; absent where it is defined in too few of them
};

/// The statistic whose AUC is furthest from .5 among networks of even seeds, the first of equals, and what it is among
/// those of odd seeds. Absent where none is defined among the even ones. Throws as discrimination().
std::optional<BestStatistic> best_of(const std::vector<StatisticOfPair>& statistics, long sessions);

}  // namespace stillpoint
