// What is not alike in recordings and the table that they are held against, and what was left out.
#pragma once

#include <string>
#include <vector>

#include "experiments/recordings/evidence.hpp"

namespace stillpoint {

/// A line each. matched: task, constants and recording are the table's.
std::vector<std::string> notes_of(const std::vector<SessionEvidence>& sessions, const PredictionsFile& table,
                                  bool matched);

}  // namespace stillpoint
