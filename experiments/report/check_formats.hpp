// What recordings say of the predictions: a table to be read, with a sentence at its end, and JSON.
#pragma once

#include <string>

#include "experiments/recordings/check.hpp"
#include "experiments/report/cells.hpp"

namespace stillpoint {

std::string check_text(const Check& check);
Json check_json(const Check& check, const PredictionsFile& table);

/// "left: tcr, high_pass; excluded at 5 %: static; not tested: ..": no more than is known.
std::string conclusion_of(const Check& check);

}  // namespace stillpoint
