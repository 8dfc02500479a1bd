// Odd cases of tasks: options off the defaults, and a literal recomputation of targets and mask from the inputs.
#pragma once

#include "tests/task_draws.hpp"

namespace stillpoint::testing {

struct Graded {
  Array targets, mask;  // O x T
};

inline Graded nothing_graded(Index outputs, Index steps) {
  return {Array::Zero(outputs, steps), Array::Zero(outputs, steps)};
}

/// One target, graded in the last `response` steps of the trial.
inline Graded answer_at_end(double target, Index response, Index length, Index steps) {
  auto graded = nothing_graded(1, steps);
  graded.targets.middleCols(length - response, response).setConstant(target);
  graded.mask.middleCols(length - response, response).setOnes();
  return graded;
}

/// Options off the defaults, with durations that are no multiples of dt = 3 ms; the lengths they allow, in steps. The
/// recomputation sees the input array and the valid length of a trial, and knows the step counts of its case.
struct OddCase {
  std::string task;
  Settings settings;
  Index inputs, outputs, shortest, longest;
  Graded (*recompute)(const Array& inputs, Index length);
};
constexpr double odd_dt_ms = 3;

/// Those of delayed match to sample, context integration, working memory and interval timing.
const std::vector<OddCase>& more_odd_cases();

}  // namespace stillpoint::testing
