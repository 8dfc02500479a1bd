// Tasks made, drawn and refused by name, as the tests of tasks need them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tasks/task.hpp"
#include "tests/catch.hpp"

namespace stillpoint::testing {

constexpr std::uint64_t seed = 20130331;

using Settings = std::vector<std::pair<std::string, std::string>>;
using Array = Matrix<double>;

/// Tasks that draw trials of their own; the trials of `file` are the user's.
inline std::vector<TaskKind> generated_kinds() {
  std::vector<TaskKind> kinds;
  for (const auto& kind : task_kinds())
    if (kind.name != "file") kinds.push_back(kind);
  return kinds;
}

inline std::unique_ptr<Task> make(const TaskKind& kind, double dt_ms, const Settings& settings = {}) {
  Options options;
  options.declare(kind.options);
  for (const auto& [name, value] : settings) options.set(name, value);
  return kind.make(options, dt_ms);
}

inline TrialSet<double> draw(const std::string& task, double dt_ms, const Settings& settings, Index count) {
  return make(task_kind(task), dt_ms, settings)->draw({seed, 3}, count);
}

/// Rows x T, the columns of one trial.
inline Array trial_of(const TrialSet<double>& trials, const Array& values, Index b) {
  Array one(values.rows(), trials.steps);
  for (Index t = 0; t < trials.steps; ++t) one.col(t) = values.col(trials.column(t, b));
  return one;
}

inline Index length_of(const TrialSet<double>& trials, Index b) { return trials.length[static_cast<std::size_t>(b)]; }

/// Bit by bit.
inline bool same_trials(const TrialSet<double>& a, const TrialSet<double>& b) {
  return a.steps == b.steps && a.inputs == b.inputs && a.targets == b.targets && a.mask == b.mask &&
         a.condition == b.condition && a.length == b.length && a.tolerance == b.tolerance;
}

/// What the user reads, or "" when the task can be made.
inline std::string error_of(const TaskKind& kind, double dt_ms, const Settings& settings) {
  try {
    make(kind, dt_ms, settings);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

inline void check_rejected(const std::string& task, double dt_ms, const Settings& settings, const std::string& option) {
  const auto message = error_of(task_kind(task), dt_ms, settings);
  CAPTURE(task, option, message);
  CHECK(message.rfind(option + " = ", 0) == 0);  // the message begins with the option to be changed
  CHECK(message.find('\n') == std::string::npos);
}

}  // namespace stillpoint::testing
