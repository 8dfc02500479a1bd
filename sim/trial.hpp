// Trials as values: what a task hands to the time loop.
#pragma once

#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

/// B trials of at most T steps. Column t*B + b is step t of trial b. Output y_hat(t+1), read after step t, is compared
/// with target column t where the mask is 1.
template <class Scalar>
struct TrialSet {
  Index steps = 0, batch = 0;
  Matrix<Scalar> inputs;       // K x T*B, held within a step
  Matrix<Scalar> targets;      // O x T*B
  Matrix<Scalar> mask;         // O x T*B, 0 or 1; 0 beyond a trial's length
  std::vector<int> condition;  // B, the task's trial type
  std::vector<Index> length;   // B, valid steps of each trial, <= T
  double tolerance = 0;        // accuracy counts |y_hat - y| < tolerance; 0: agreement of sign (targets +-1)

  /// Zero inputs, targets and mask; every trial of full length.
  static TrialSet zeros(Index inputs, Index outputs, Index steps, Index batch) {
    return {steps,
            batch,
            Matrix<Scalar>::Zero(inputs, steps * batch),
            Matrix<Scalar>::Zero(outputs, steps * batch),
            Matrix<Scalar>::Zero(outputs, steps * batch),
            std::vector<int>(static_cast<std::size_t>(batch)),
            std::vector<Index>(static_cast<std::size_t>(batch), steps),
            0};
  }
  Index column(Index step, Index trial) const { return step * batch + trial; }
  bool valid(Index step, Index trial) const { return step < length[static_cast<std::size_t>(trial)]; }
  /// Valid (step, trial) pairs.
  Index valid_columns() const { return std::accumulate(length.begin(), length.end(), Index(0)); }

  template <class Other>
  TrialSet<Other> cast() const {
    return {steps,
            batch,
            inputs.template cast<Other>(),
            targets.template cast<Other>(),
            mask.template cast<Other>(),
            condition,
            length,
            tolerance};
  }
};

/// Names the random streams of a trial set: initial states, noise and permutations of its trials.
struct TrialKey {
  std::uint64_t seed = 1;
  std::uint64_t update = 0;
};

/// These of the trials, in this order.
TrialSet<double> chosen_trials(const TrialSet<double>& trials, const std::vector<Index>& chosen);

/// The same with each step twice: of steps of half the length.
TrialSet<double> each_step_twice(const TrialSet<double>& trials);

/// Draws `count` trials of one update; trial i depends on (seed, update, i) alone.
using TrialSource = std::function<TrialSet<double>(TrialKey key, Index count)>;

}  // namespace stillpoint
