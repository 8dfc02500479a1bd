// What the files of tasks share: durations in steps, trials while they are written, parameters checked before use.
#pragma once

#include <cmath>
#include <memory>

#include "sim/options/parameter_list.hpp"
#include "sim/random.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

/// A duration drawn uniformly from a range, rounded to the nearest step; `name` is that of its option.
class DrawnDuration {
 public:
  DrawnDuration(const Range& range_ms, double dt_ms, const std::string& name)
      : range_ms_(range_ms), dt_ms_(dt_ms), longest_(steps_of(range_ms.high, dt_ms, name, 0)) {}
  Index shortest() const { return rounded(range_ms_.low); }
  Index longest() const { return longest_; }
  Index draw(Stream& stream) const { return rounded(stream.uniform(range_ms_.low, range_ms_.high)); }

 private:
  Index rounded(double ms) const { return static_cast<Index>(std::lround(ms / dt_ms_)); }

  Range range_ms_;
  double dt_ms_;
  Index longest_;
};

/// Trial b of a set, whose arrays are zero until they are written.
struct Trial {
  TrialSet<double>& set;
  Index b;

  double& input(Index channel, Index step) { return set.inputs(channel, set.column(step, b)); }
  double& target(Index output, Index step) { return set.targets(output, set.column(step, b)); }
  double& mask(Index output, Index step) { return set.mask(output, set.column(step, b)); }
  /// An input channel is at `height` for `steps` steps.
  void show(Index channel, Index from, Index steps, double height);
  /// The target of output 0, graded, for `steps` steps.
  void answer(Index from, Index steps, double target);
  /// Targets +1 for the chosen output and -1 for the others, all graded, for `steps` steps.
  void choose(Index output, Index from, Index steps);
  /// What condition it was, and its valid steps.
  void end(Index condition, Index length);
};

/// `count` trials of at most `steps` steps; write(stream, trial) writes each of them, from a stream of its own.
template <class Write>
TrialSet<double> draw_trials(const Task& task, Index steps, TrialKey key, Index count, Write write) {
  auto trials = TrialSet<double>::zeros(task.inputs(), task.outputs(), steps, count);
  for (Index b = 0; b < count; ++b) {
    Stream stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b));
    write(stream, Trial{trials, b});
  }
  return trials;
}

/// A task of type Made; throws ParameterError where a parameter is out of its bounds, or the time step is.
template <class Made, class Parameters>
std::unique_ptr<Task> make_checked(const ParameterList<Parameters>& list, const Parameters& parameters, double dt_ms) {
  list.check(parameters);
  require_parameter(dt_ms > 0 && std::isfinite(dt_ms), "integration.dt_ms", number_text(dt_ms),
                    "must be a number > 0 [ms]");
  return std::make_unique<Made>(parameters, dt_ms);
}

}  // namespace stillpoint
