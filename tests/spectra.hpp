// Spectra as sets.
#pragma once

#include "tests/problems.hpp"

namespace stillpoint::problems {

/// Every value of `expected` has a value of its own in `found` within `tolerance`.
inline void check_same_spectrum(Eigen::VectorXcd found, const Eigen::VectorXcd& expected, double tolerance) {
  REQUIRE(found.size() == expected.size());
  for (const auto& value : expected) {
    Index nearest = 0;
    INFO(value);
    CHECK((found.array() - value).abs().minCoeff(&nearest) < tolerance);
    found(nearest) = 1e9;
  }
}

}  // namespace stillpoint::problems
