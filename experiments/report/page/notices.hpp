// What a reader of a page must know before its numbers: what is not done, diverged, missing, damaged, left out.
#pragma once

#include <string>

#include "experiments/report/page/study_page.hpp"

namespace stillpoint {

/// A paragraph that stands out.
std::string notice(const std::string& text);

std::string study_notices(const StudyPage& page);

}  // namespace stillpoint
