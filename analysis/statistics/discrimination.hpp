// How well a statistic tells the animals of one hypothesis from those of another.
#pragma once

#include <optional>
#include <vector>

#include "analysis/statistics/animal.hpp"
#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

struct Discrimination {
  Estimate auc;        // P(b > a) + P(b = a) / 2, from 0 to 1
  long animals_a = 0;  // with as many sessions as asked for
  long animals_b = 0;
};

/// Area under the curve of hits against false alarms: the share of pairs of an animal of `a` and one of `b`, of
/// different seeds, in which that of `b` has the larger value. An animal's value is the mean of `sessions` of its sessions.
/// Absent without such pairs. Throws ParameterError for sessions < 1 or a value that is not finite.
std::optional<Discrimination> discrimination(const std::vector<Animal>& a, const std::vector<Animal>& b, long sessions);

}  // namespace stillpoint
