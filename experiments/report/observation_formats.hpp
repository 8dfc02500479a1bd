// What is observed in recordings, as a table and as JSON (docs/file-formats.md).
#pragma once

#include <string>

#include "experiments/recordings/observation.hpp"

namespace stillpoint {

std::string observation_table(const Observation& of);
std::string observation_json(const Observation& of);

}  // namespace stillpoint
