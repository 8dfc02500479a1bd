// Predictions: one number that a lab can measure, by which experiments, what must be recorded, and why it is asked.
// A new one is an entry of a list in a file of its family, whose function stands in families.def.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/activity/response.hpp"
#include "experiments/predictions/experiment.hpp"

namespace stillpoint {

/// What was recorded in the experiments of one prediction: the same neurons in each.
struct Evidence {
  std::map<std::string, Session> sessions;                     // by the experiment's name
  std::map<std::string, std::vector<bool>> right;              // task: whether each trial's answer was
  std::map<std::string, std::vector<EfficacyRatio>> efficacy;  // pairings: of sampled connections
  std::map<std::string, Delay> delay;                          // task: its delay, where it has one
  Signal signal = Signal::rates;
  std::vector<Index> cells;  // all rows of the sessions
  double membrane_ms = 0;    // mean membrane time constant, as measured; 0: not known

  /// These throw UserError where it is not known.
  double membrane() const {
    if (membrane_ms > 0) return membrane_ms;
    throw UserError("the membrane time constant is not known");
  }
  const std::vector<bool>& answers(const std::string& experiment) const {
    const auto found = right.find(experiment);
    if (found == right.end()) throw UserError("which answers were right is not known");
    return found->second;
  }
  ResponseSessions response(const std::string& stimulated, const std::string& control) const {
    return {sessions.at(stimulated), sessions.at(control), cells};
  }
};

struct Prediction {
  enum class Cells { any, stimulated, connections };
  std::string name, unit;
  std::string question;   // what is measured, in words
  std::string estimator;  // the function and its source
  std::string window;     // times from the event
  std::string record;     // what must be recorded
  std::string control;    // what else could make it, and what excludes that
  std::vector<std::string> experiments;
  Cells cells = Cells::any;
  /// Absent where the statistic is undefined; throws UserError where a window is too short for the estimator.
  std::function<std::optional<double>(const Evidence&)> value;
  /// What of one animal is set against what, so that its units cancel: a ratio, a difference of logarithms or of numbers
  /// without dimension, of the same cells. "": a level of its own, which another rate, task or constant changes.
  std::string contrast = {};
  bool of_counts = false;  // rates have no such statistic: a network's value is that of the spikes of all its neurons
  /// What there can be; where `most` is finite, values beyond it are recorded as it.
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
};
/// All of them, those with experiments in common beside each other.
const std::vector<Prediction>& predictions();

/// Absent, and `why` says it, where the statistic is undefined.
std::optional<double> value_of(const Prediction& prediction, const Evidence& evidence, std::string& why);

/// The experiments of the predictions, in trials of this preparation; absent where its task has no delay to do it in.
std::optional<Experiment> experiment_named(const std::string& name, const Preparation& of, Index trials);
/// Names of all of them, in the order of the predictions.
std::vector<std::string> experiment_names();

}  // namespace stillpoint
