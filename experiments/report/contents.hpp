// What a recording holds, in the words of a person and as JSON.
#pragma once

#include <string>

#include "experiments/recordings/recording.hpp"
#include "experiments/report/cells.hpp"

namespace stillpoint {

std::string contents_of(const Recording& recording);
Json contents_json(const Recording& recording);

}  // namespace stillpoint
