// Which recordings would tell more, by the pairs of hypotheses that the table tells apart.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/recordings/predictions_file.hpp"

namespace stillpoint {

/// A sample that tells the hypothesis in focus from most others.
struct NeededSample {
  RecordingSize size;
  long animals;  // per group, for 80 % power
  long told;     // hypotheses
};
/// Absent where no recording is judged by the prediction (never_judged), as from next_samples.
std::optional<NeededSample> needed_sample(const Prediction& prediction, const PredictionsFile& table, bool matched);

/// The smallest sample that tells two hypotheses apart, of the predictions that recordings are judged by.
struct NextSample {
  std::string a, b, prediction;
  TabledPair pair;
};
/// Of pairs of these; with the one in focus where it is among them.
std::vector<NextSample> next_samples(const std::vector<std::string>& left, const PredictionsFile& table, bool matched);

}  // namespace stillpoint
