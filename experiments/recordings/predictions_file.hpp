// predictions.json, as `predict` wrote it, as far as a recording is held against it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/predictions/animals_file.hpp"

namespace stillpoint {

/// Two hypotheses in recordings of one size.
struct TabledPair {
  std::string a, b;
  RecordingSize size;
  std::optional<long> animals_80;  // per group, where a sample shows the difference
};

struct PredictionsFile {
  struct TabledExperiment {
    bool in_task = false;
    double after_ms = 0;  // at rest: recorded from the event on
  };

  std::string path;  // of the file
  double f_max_hz = 20, bin_ms = 10;
  std::optional<Index> stimulated;  // neurons, in the network
  bool of_spikes = true;
  std::string focus;
  std::map<std::string, TabledExperiment> experiments;
  std::map<std::string, std::vector<TabledPair>> pairs;  // by prediction
  AnimalsFile animals;                                   // of the file beside it
};

/// path: the file, or the directory that holds it. Throws UserError where there is none, it is damaged or of another
/// kind, or animals.json is missing beside it.
PredictionsFile read_predictions(const std::string& path);

}  // namespace stillpoint
