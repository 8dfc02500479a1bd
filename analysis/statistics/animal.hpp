// An animal of a virtual experiment: one network under one hypothesis, recorded in some sessions.
#pragma once

#include <cstdint>
#include <vector>

namespace stillpoint {

struct Animal {
  std::uint64_t seed = 0;        // of its network: animals of one seed are alike across hypotheses
  std::vector<double> sessions;  // a statistic in each session where it is defined
};

/// Throws ParameterError unless its values are finite.
void require_finite(const Animal& animal);

}  // namespace stillpoint
