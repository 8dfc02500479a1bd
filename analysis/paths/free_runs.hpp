// What a system does when it is left alone: runs from given states, all at once.
#pragma once

#include "analysis/stepper.hpp"

namespace stillpoint {

struct FreeRuns {
  std::vector<Matrix<double>> activity;  // one per run, rows x samples
  double sample_ms;                      // between samples
  Matrix<double> end;                    // D x runs
};

/// starts: D x runs; `read` makes activity of states (D x runs -> rows x runs). sample_ms is rounded to whole steps, at
/// least one. Throws UserError on negative durations, where fewer than two samples would be taken, and when a run
/// leaves every bound.
FreeRuns free_runs(const Stepper& stepper, const Matrix<double>& starts,
                   const std::function<Matrix<double>(const Matrix<double>&)>& read, double discard_ms,
                   double duration_ms, double sample_ms);

}  // namespace stillpoint
