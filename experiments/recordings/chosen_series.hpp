// Which signal of a recording is looked at.
#pragma once

#include "experiments/recordings/recording.hpp"

namespace stillpoint {

/// The series of that path or last name; null for units, which "" asks for. Throws UserError that names those there
/// are.
const RecordedSeries* chosen_series(const Recording& recording, const std::string& name);

}  // namespace stillpoint
