// What learning shows, as JSON and as a written section.
#pragma once

#include <string>

#include "experiments/predictions/learning.hpp"
#include "experiments/report/cells.hpp"

namespace stillpoint {

/// {"trials_per_day", "learning_verdicts", "learning", "lead"}: a row of the table each.
Json learning_json(const LearningStudy& study, const LearningTable& table);
/// Markdown; figure: whether learning.svg lies beside it.
std::string learning_text(const LearningStudy& study, const LearningTable& table, bool figure);

}  // namespace stillpoint
