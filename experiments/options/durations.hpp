// Durations that are not what they were written as.
#pragma once

#include <string>
#include <vector>

#include "sim/options/option.hpp"
#include "sim/types.hpp"

namespace stillpoint {

/// "task.delay_ms = 12 is 2 steps of dt_ms = 5: 10 ms" where the value is no whole number of steps, "" where it is; a
/// warning where it is none at all.
std::string rounded_text(const std::string& name, const Range& value_ms, double dt_ms);

/// Of a task's options, those that are rounded, a line each.
std::vector<std::string> rounded_durations(const Options& options);

/// Trials of more are warned of: most likely times that were not meant in ms.
constexpr Index most_plausible_steps = 100000;

/// What of a run's times is implausible, a line each: a trial of more than 100000 steps, a step above a time constant in
/// use (but for one whose default is below the usual step).
std::vector<std::string> implausible_times(const Options& options, Index steps);

}  // namespace stillpoint
