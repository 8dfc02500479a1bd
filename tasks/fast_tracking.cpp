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

#include "tasks/task.hpp"

namespace stillpoint {

namespace {

class FastTracking : public Task {
 public:
  FastTracking(const Options& options, double dt_ms)
      : channels_(static_cast<Index>(options.integer("task.channels"))),
        duration_(steps_of(options.number("task.duration_ms"), dt_ms, "task.duration_ms")),
        lag_(steps_of(options.number("task.lag_ms"), dt_ms, "task.lag_ms", 0)),
        steps_per_correlation_(options.number("task.correlation_ms") / dt_ms),
        amplitude_(options.number("task.amplitude")) {
    require_parameter(lag_ < duration_, "task.lag_ms", options.text("task.lag_ms"),
                   "must be at least one step shorter than task.duration_ms");
  }

  Index inputs() const override { return channels_; }
  Index outputs() const override { return channels_; }
  CriterionKind criterion() const override { return CriterionKind::mean_squared_error; }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const double kept = std::exp(-1 / steps_per_correlation_);
    const double fresh = amplitude_ * std::sqrt(-std::expm1(-2 / steps_per_correlation_));
    auto trials = TrialSet<double>::zeros(inputs(), outputs(), duration_, count);
    trials.tolerance = 0.1 * amplitude_;
    for (Index b = 0; b < count; ++b) {
      Stream stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b));
      for (Index t = 0; t < duration_; ++t)
        for (Index channel = 0; channel < channels_; ++channel)
          trials.inputs(channel, trials.column(t, b)) =
              t == 0 ? amplitude_ * stream.normal()
                     : kept * trials.inputs(channel, trials.column(t - 1, b)) + fresh * stream.normal();

      for (Index t = lag_; t < duration_; ++t) {
        trials.targets.col(trials.column(t, b)) = trials.inputs.col(trials.column(t - lag_, b));
        trials.mask.col(trials.column(t, b)).setOnes();
      }
    }
    return trials;
  }

 private:
  Index channels_, duration_, lag_;
  double steps_per_correlation_, amplitude_;
};

}  // namespace

TaskKind fast_tracking_task() {
  return {
      "fast_tracking",
      "report filtered noise as it comes in, or a short while later",
      "always 0",
      {
          integer_option("task.channels", "1", "", {1, 1000}, "independent signals: one input and one output each"),
          number_option("task.duration_ms", "500", "ms", positive, "duration of a trial"),
          number_option("task.correlation_ms", "20", "ms", positive, "time constant of the noise"),
          number_option("task.amplitude", "0.5", "", positive, "standard deviation of the noise"),
          number_option("task.lag_ms", "0", "ms", nonnegative, "how long ago the signal was that is to be reported"),
      },
      [](const Options& options, double dt_ms) -> std::unique_ptr<Task> {
        return std::make_unique<FastTracking>(options, dt_ms);
      },
      {{"task.correlation_ms", "50"}},
      {{"task.channels", "2"}, {"task.correlation_ms", "10"}, {"task.lag_ms", "20"}},
      {"task.correlation_ms"}};
}

}  // namespace stillpoint
