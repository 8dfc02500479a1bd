// How much memory a run needs, told before anything is allocated (docs/performance.md: the formula, what runs took).
#pragma once

#include "sim/options/option.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

/// The program by itself: its code, libraries, buffers of matrix products.
constexpr double program_bytes = 30e6;

/// Bytes that a run of these options takes at its largest, what the program itself takes among them.
double run_memory(const Options& options, const Task& task);

/// Networks that training.checkpoints keeps.
double checkpoint_count(const Options& options);

}  // namespace stillpoint
