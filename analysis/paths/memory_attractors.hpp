// What a run without noise has come to.
#pragma once

#include <optional>

#include "analysis/system.hpp"

namespace stillpoint {

/// A fixed point, or a cycle.
struct MemoryAttractor {
  enum class Kind { fixed_point, cycle } kind;
  Matrix<double> path;  // D x 1; of a cycle the states of one turn and a step
  double period_ms;     // 0 of a fixed point
};

/// path: D x steps + 1, the second half of a run, a state every step_ms.
///
///   fixed point   Newton's method finds one within a hundredth (of 1 + |x|) of the last quarter of the run, which came
///                 to half the distance of it in the last half, or to 1e-6
///   cycle         the end was passed before, within a hundredth of the extent of the path in between, and eight states
///                 of the last quarter were passed as long before. Periods up to a quarter of the run.
std::optional<MemoryAttractor> attractor_at(const System& system, const Matrix<double>& path, double step_ms);

/// Fixed points within 1e-4 (of 1 + |x|) are one, cycles within a hundredth of their extent.
bool same_attractor(const MemoryAttractor& known, const MemoryAttractor& fresh);

}  // namespace stillpoint
