#include "analysis/statistics/animal.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/options/option.hpp"

namespace stillpoint {

void require_finite(const Animal& animal) {
  for (const double value : animal.sessions)
    require_parameter(std::isfinite(value), fmt::format("session of seed {}", animal.seed), fmt::format("{}", value),
                      "must be finite: leave out sessions where a statistic is not defined");
}

}  // namespace stillpoint
