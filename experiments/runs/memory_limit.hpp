// Runs that do not fit into the memory that this process may use: refused before they start, or fewer at a time.
#pragma once

#include <vector>

#include "sim/options/option.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

/// A run that this machine cannot hold: it says nothing of the study, which may go on where there is more.
struct TooLarge : ParameterError {
  using ParameterError::ParameterError;
};

/// Throws TooLarge where that is more than `available` bytes, naming the option that most of it follows and the value
/// that would fit.
void require_memory(const Options& options, const Task& task, double available);
/// What this process may use.
void require_memory(const Options& options, const Task& task);

/// How many of the runs, each given by its options, may go at once: as many as `threads` (0: one per processor), unless
/// so many of the largest do not fit together, which is said on standard error.
int runs_at_a_time(int threads, const std::vector<const Options*>& runs);

}  // namespace stillpoint
