// The recordings that a command is given.
#pragma once

#include <string>
#include <vector>

#include "experiments/recordings/recording.hpp"

namespace stillpoint {

/// Each is a session: throws UserError where one comes twice, under whatever path, or cannot be read.
std::vector<Recording> opened_recordings(const std::vector<std::string>& files);

}  // namespace stillpoint
