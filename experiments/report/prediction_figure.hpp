// One prediction under every hypothesis: its networks, means and intervals.
#pragma once

#include <string>

#include "experiments/predictions/prediction_table.hpp"

namespace stillpoint {

/// SVG.
std::string prediction_figure(const PredictionStudy& study, const PredictionTable& table, const PredictionRow& row);

}  // namespace stillpoint
