// Fast tracking: report what the input is now, or was a short while ago, while it changes quickly. The counterpart of
// the memory tasks: nothing is to be held, so a mechanism that opposes change is expected to hurt.
//
//   input          channels independent Ornstein-Uhlenbeck processes, stationary from the first step on, of standard
//                  deviation amplitude and autocorrelation exp(-lag / correlation_ms); advanced by the exact step of
//                  Gillespie 1996, doi:10.1103/PhysRevE.54.2084, so both hold at any time step:
//                  s' = k s + amplitude sqrt(1 - k^2) N(0,1),  k = exp(-dt / correlation_ms)
//   target         the input lag_ms ago; with lag 0 that of the step after which the output is read; graded from lag_ms
//                  on, once there is such an input
//
// An output counts as correct within a tenth of the amplitude; learned means a small mean squared error.
#include <cmath>

#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<FastTrackingParameters>& fast_tracking_list() {
  static const auto list =
      ParameterList<FastTrackingParameters>()
          .integer("task.channels", &FastTrackingParameters::channels, "", {1, 1000},
                   "independent signals: one input and one output each")
          .number("task.duration_ms", &FastTrackingParameters::duration_ms, "ms", positive, "duration of a trial")
          .number("task.correlation_ms", &FastTrackingParameters::correlation_ms, "ms", positive,
                  "time constant of the noise")
          .number("task.amplitude", &FastTrackingParameters::amplitude, "", positive, "standard deviation of the noise")
          .number("task.lag_ms", &FastTrackingParameters::lag_ms, "ms", nonnegative,
                  "how long ago the signal was that is to be reported");
  return list;
}

class FastTracking : public Task {
 public:
  FastTracking(const FastTrackingParameters& parameters, double dt_ms)
      : p_(parameters),
        duration_(steps_of(p_.duration_ms, dt_ms, "task.duration_ms")),
        lag_(steps_of(p_.lag_ms, dt_ms, "task.lag_ms", 0)),
        steps_per_correlation_(p_.correlation_ms / dt_ms) {
    require_parameter(lag_ < duration_, "task.lag_ms", number_text(p_.lag_ms),
                      "must be at least one step shorter than task.duration_ms");
  }

  Index inputs() const override { return p_.channels; }
  Index outputs() const override { return p_.channels; }
  CriterionKind criterion() const override { return CriterionKind::mean_squared_error; }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const double kept = std::exp(-1 / steps_per_correlation_);
    const double fresh = p_.amplitude * std::sqrt(-std::expm1(-2 / steps_per_correlation_));
    auto trials = draw_trials(*this, duration_, key, count, [&](Stream& stream, Trial trial) {
      for (Index t = 0; t < duration_; ++t)
        for (Index channel = 0; channel < p_.channels; ++channel)
          trial.input(channel, t) =
              t == 0 ? p_.amplitude * stream.normal() : kept * trial.input(channel, t - 1) + fresh * stream.normal();
      for (Index t = lag_; t < duration_; ++t)
        for (Index channel = 0; channel < p_.channels; ++channel) {
          trial.target(channel, t) = trial.input(channel, t - lag_);
          trial.mask(channel, t) = 1;
        }
    });
    trials.tolerance = 0.1 * p_.amplitude;
    return trials;
  }

 private:
  FastTrackingParameters p_;
  Index duration_, lag_;  // steps
  double steps_per_correlation_;
};

}  // namespace

std::unique_ptr<Task> make_task(const FastTrackingParameters& parameters, double dt_ms) {
  return make_checked<FastTracking>(fast_tracking_list(), parameters, dt_ms);
}

TaskKind fast_tracking_task() {
  return {"fast_tracking",
          "report filtered noise as it comes in, or a short while later",
          "always 0",
          fast_tracking_list().options(),
          [](const Options& options, double dt_ms) { return make_task(fast_tracking_list().from(options), dt_ms); },
          {{"task.correlation_ms", "50"}},
          {{"task.channels", "2"}, {"task.correlation_ms", "10"}, {"task.lag_ms", "20"}},
          {"task.correlation_ms"}};
}

}  // namespace stillpoint
