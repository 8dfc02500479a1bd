// Where a study's numbers come from, and what makes them again.
#pragma once

#include <optional>
#include <string>

#include "experiments/results/records.hpp"

namespace stillpoint {

/// A study file that is this very study with the seeds that are done or planned: read again, it has the identity that
/// the directory notes. Absent where none could be written from what the directory holds.
std::optional<std::string> study_file_of(const std::string& directory, const StudyRecord& study);

}  // namespace stillpoint
