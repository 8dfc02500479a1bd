// How far a study is, as text and as JSON.
#pragma once

#include <string>

#include "experiments/study/study_status.hpp"

namespace stillpoint {

/// Counts, the time left, which processes work on it since when, what failed.
std::string status_table(const StudyStatus& status);

/// {finished, running, failed, left, seconds_left, ..}; numbers that are not known are null.
std::string status_json(const StudyStatus& status);

}  // namespace stillpoint
