// Which attractors a system has, and the share of starting states that each one draws in.
#pragma once

#include <optional>
#include <vector>

#include "analysis/paths/cycles.hpp"
#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

struct Attractor {
  enum class Kind { fixed_point, cycle } kind;
  Matrix<double> path;  // D x 1 of a fixed point; of a cycle its states, the first and the last the same
  double period_ms;     // 0 of a fixed point
  /// Growth of the slowest perturbation [1/s], below 0: of a flow max Re lambda, of a map ln(max|mu|)/dt; of a cycle
  /// the logarithm of its largest multiplier over the period.
  double leading_per_s;
  Index count = 0;  // of the samples
  IntervalEstimate share{};
};

struct Basins {
  std::vector<Attractor> attractors;  // by falling share
  std::vector<Index> of_sample;       // index into attractors; -1: unsettled
  Index unsettled = 0;  // neither at a fixed point nor on a cycle: chaotic, quasiperiodic, slow, or without bound
  IntervalEstimate unsettled_share{};
  Index diverged = 0;  // of these: has_diverged
};

struct BasinSetting {
  double duration_ms = 10000;       // of each run, before it is looked at
  double longest_period_ms = 5000;  // of cycles
};

/// starts: D x samples. A fixed point is one that Newton's method finds within a hundredth (of 1 + |x|) of where a run
/// ends, and that is stable there; a cycle of a flow is one of analysis/paths/cycles.hpp; a cycle of a map comes back to
/// within 1e-6. Attractors that touch (lines and rings of fixed points) come out as one per sample. Throws UserError
/// on negative durations.
Basins find_basins(const Stepper& stepper, const Matrix<double>& starts, const BasinSetting& setting = {});

}  // namespace stillpoint
