// The step that explicit Euler bears on a loop of two states.
#pragma once

#include <cmath>

namespace stillpoint {

/// Largest stable step [ms] for eigenvalues that solve s^2 + `damping` s + `stiffness` = 0 [1/ms, 1/ms^2], both
/// positive: |1 + dt s| <= 1. A pair s: -2 Re s / |s|^2; two real ones: 2 over the larger.
inline double euler_bound_ms(double damping, double stiffness) {
  const double discriminant = damping * damping - 4 * stiffness;
  return discriminant < 0 ? damping / stiffness : 4 / (damping + std::sqrt(discriminant));
}

}  // namespace stillpoint
