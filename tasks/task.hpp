// What a network is asked to do: a generator of trials, and how its answers are graded.
//
// A new task is one file here and one line in tasks.def; tasks/drawing.hpp has what such files share. A task is built
// from its parameters and the time step; its trials depend on (seed, update, trial) alone, so every condition of a study
// that shares a seed sees the same trials.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/options/option.hpp"
#include "sim/trial.hpp"

namespace stillpoint {

/// When a network has learned: accuracy above a threshold, or mean squared error below one.
enum class CriterionKind { accuracy, mean_squared_error };

class Task {
 public:
  virtual ~Task() = default;
  virtual Index inputs() const = 0;
  virtual Index outputs() const = 0;
  virtual CriterionKind criterion() const { return CriterionKind::accuracy; }
  /// What an input channel carries, for figures and tables: "input 0" unless the task says more.
  virtual std::string input_name(Index channel) const;
  /// `count` trials; trial i depends on (key.seed, key.update, i) alone. Trials of different lengths are padded with
  /// zeros.
  virtual TrialSet<double> draw(TrialKey key, Index count) const = 0;
};

using Preset = std::vector<std::pair<std::string, std::string>>;  // option -> value

/// One kind of task, as it is chosen by name: one line of help, what a trial's condition tells, options "task.*", and
/// how to make one of them with time step dt; making throws UserError.
struct TaskKind {
  std::string name, help, condition;
  std::vector<Option> options;
  std::unique_ptr<Task> (*make)(const Options& options, double dt_ms);
  Preset easy = {}, hard = {};                // what differs from the defaults; both empty: the task has no presets
  std::vector<std::string> not_rounded = {};  // options in ms that are no number of steps, such as time constants
};
const std::vector<TaskKind>& task_kinds();
/// Throws UserError on an unknown name, listing the known ones.
const TaskKind& task_kind(const std::string& name);
Option task_name_option();
/// What a difficulty, "easy", "paper" or "hard", sets; "paper" is the defaults. Throws UserError where the task has no
/// presets.
Preset preset(const TaskKind& kind, const std::string& difficulty);

/// Steps of a duration, at least `least`; throws ParameterError when it rounds to fewer, or to more than any trial has.
Index steps_of(double duration_ms, double dt_ms, const std::string& name, Index least = 1);

}  // namespace stillpoint
