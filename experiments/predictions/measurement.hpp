// All predictions of one network: what an experimenter would find with every neuron and no noise of recording, and what
// in sessions of finite recordings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/predictions/prediction.hpp"
#include "sim/random.hpp"

namespace stillpoint {

/// What one session records; sessions of a network sample its neurons anew, and other trials.
struct RecordingSize {
  Index neurons, trials;
};

/// Of a size.
constexpr Index most_sessions = 6;

struct MeasurementSetting {
  std::vector<RecordingSize> sizes = {{10, 20}, {30, 40}, {60, 60}};
  RecordingModel recording;
  double f_max_hz = 20;
  std::vector<std::string> only = {};  // names of predictions; empty: all
  Index least_sessions = 2;            // of the largest size

  /// Trials of every experiment: so many sessions of the largest size.
  Index trials() const;
  /// Sessions of a size that the trials are enough for, at most six.
  Index sessions(const RecordingSize& size) const;
};

/// One prediction of one network.
struct PredictionValue {
  std::optional<double> rates;                     // by the rates of all neurons
  std::string undefined = {};                      // why there is none; "" where there is one
  std::vector<std::vector<double>> sessions = {};  // of each size, in each session where it is defined
  std::vector<std::vector<Index>> numbers = {};    // which sessions those are, from 0; empty: the first ones
  std::optional<double> half_step = {};            // rates at half the time step, where it was asked for
};

/// Of these, `count` at most, drawn without replacement, in order.
std::vector<Index> some_of(std::vector<Index> pool, Index count, Stream stream);

/// How much the logarithm of a connection's efficacy varies from one measurement to the next: assumed.
constexpr double efficacy_error = 0.35;

/// In the order of those asked. Throws UserError where the network diverges, or records more neurons than there are.
std::vector<PredictionValue> measure_predictions(const Preparation& of, const MeasurementSetting& setting,
                                                 bool half_step, const std::vector<Prediction>& asked = predictions());

}  // namespace stillpoint
