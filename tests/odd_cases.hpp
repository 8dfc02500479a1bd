// Odd cases of tasks: options off the defaults, and a literal recomputation of targets and mask from the inputs.
#pragma once

#include "tests/task_draws.hpp"

namespace stillpoint::testing {

struct Graded {
  Array targets, mask;  // O x T
};

/// Options off the defaults, with durations that are no multiples of dt = 3 ms; the lengths they allow, in steps. The
/// recomputation sees the input array and the valid length of a trial, and knows the step counts of its case.
struct OddCase {
  std::string task;
  Settings settings;
  Index inputs, outputs, shortest, longest;
  Graded (*recompute)(const Array& inputs, Index length);
};
constexpr double odd_dt_ms = 3;

/// Every task that draws trials of its own has one.
const OddCase& odd_case(const std::string& task);

}  // namespace stillpoint::testing
