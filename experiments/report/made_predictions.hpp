// The predictions of studies, from their runs to a directory of tables, figures and files.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/prediction_formats.hpp"

namespace stillpoint {

struct MadePredictions {
  PredictionStudy study;
  PredictionTable table;
  std::vector<Rehearsal> rehearsals;
  LearningStudy learning;
  LearningTable learning_table;
  std::vector<Experiment> experiments;  // in the first network that was measured, as what follows
  double bin_ms;
  Index stimulated;
  Assignments noise;

  /// It refers to this.
  PredictionReport report() const;
};

/// Measures the networks of `study.directories` and writes DIR `out`: predictions.md, .json, .csv, animals.json, a figure
/// for each. Says on standard error what of an earlier report is lost. jobs, quiet: as measure_networks. Throws UserError
/// where it does, and where `out` holds something else or cannot be written.
MadePredictions make_predictions(PredictionStudy study, double trials_per_day, const std::string& out, int jobs,
                                 bool quiet);

}  // namespace stillpoint
