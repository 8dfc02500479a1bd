// One prediction under every hypothesis, as recordings of the middle size show it: networks, means and intervals; and
// the mean by the rates of all neurons.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiments/predictions/prediction_table.hpp"
#include "experiments/report/drawing.hpp"

namespace stillpoint {

/// A network's place within its row, spread so that equal values can be told.
double point_spread(std::size_t i);

/// All that its figure shows.
struct ShownPrediction {
  struct Row {
    std::string hypothesis;
    std::vector<double> networks;  // of each the mean of its recorded sessions
    std::optional<Estimate> by_rates, recorded;
  };
  std::size_t prediction;  // of predictions()
  std::vector<Row> rows;
  std::string focus;  // what the others are compared with
  RecordingSize size;
};
ShownPrediction shown_prediction(const PredictionStudy& study, const PredictionTable& table, const PredictionRow& row);

Figure prediction_figure(const ShownPrediction& shown);

}  // namespace stillpoint
