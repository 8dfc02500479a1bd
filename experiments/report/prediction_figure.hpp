// One prediction under every hypothesis, as recordings of the middle size show it: networks, means and intervals; and
// the mean by the rates of all neurons.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiments/predictions/prediction_table.hpp"

namespace stillpoint {

/// A network's place within its row, spread so that equal values can be told.
double point_spread(std::size_t i);
/// Lines of so many characters at most, broken between words.
std::vector<std::string> wrapped(const std::string& text, std::size_t most);

/// SVG.
std::string prediction_figure(const PredictionStudy& study, const PredictionTable& table, const PredictionRow& row);

}  // namespace stillpoint
