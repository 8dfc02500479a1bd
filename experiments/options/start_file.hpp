// What the file of network.start says of a run's options.
#pragma once

#include "experiments/options/run_options.hpp"

namespace stillpoint {

/// Options of a run that are the file's where `given` does not set them: kind, size, initial state, feedback and step
/// of its network. Nothing without a network.start, or where all are set: the file of a finished run may be gone.
Assignments said_by_start(const Assignments& given);

/// What the file says and the options say otherwise, a line each.
std::vector<std::string> start_contradicted(const Options& options);

}  // namespace stillpoint
