// Interval timing: measure the time between two pulses and reproduce it (ready-set-go, after Jazayeri & Shadlen 2015,
// doi:10.1016/j.cub.2015.08.038).
//
//   ready          a pulse on channel 0 at the start of the trial
//   set            a pulse on channel 1 an interval later, onset to onset; the interval is drawn uniformly
//   production     target: a ramp that begins with the set pulse at 0 and reaches threshold after the same interval,
//                  threshold s / interval at the time s since set (the end of the step, when the output is read)
//   hold           target: threshold, for hold_ms; graded from set to the end
//
// An output counts as correct within a tenth of the threshold; learned means a small mean squared error.
// Differs from the paper in the answer: there monkeys moved their eyes when the interval was over; here the approach to
// a threshold is asked for, which a movement could be read from.
#include <algorithm>
#include <cmath>

#include "tasks/task.hpp"

namespace stillpoint {

namespace {

class IntervalTiming : public Task {
 public:
  IntervalTiming(const Options& options, double dt_ms)
      : dt_ms_(dt_ms),
        pulse_(steps_of(options.number("task.pulse_ms"), dt_ms, "task.pulse_ms")),
        hold_(steps_of(options.number("task.hold_ms"), dt_ms, "task.hold_ms", 0)),
        interval_ms_(options.range("task.interval_ms")),
        amplitude_(options.number("task.amplitude")),
        threshold_(options.number("task.threshold")) {
    require_parameter(pulse_ <= static_cast<Index>(std::lround(interval_ms_.low / dt_ms)), "task.pulse_ms",
                   options.text("task.pulse_ms"), "must be at most the shortest task.interval_ms");
  }

  Index inputs() const override { return 2; }
  Index outputs() const override { return 1; }
  CriterionKind criterion() const override { return CriterionKind::mean_squared_error; }
  std::string input_name(Index channel) const override { return channel == 0 ? "ready" : "set"; }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = 2 * static_cast<Index>(std::lround(interval_ms_.high / dt_ms_)) + hold_;
    auto trials = TrialSet<double>::zeros(inputs(), outputs(), longest, count);
    trials.tolerance = 0.1 * threshold_;
    for (Index b = 0; b < count; ++b) {
      Stream stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b));
      const Index interval = draw_steps(stream, interval_ms_, dt_ms_), end = 2 * interval + hold_;
      for (Index t = 0; t < pulse_; ++t) {
        trials.inputs(0, trials.column(t, b)) = amplitude_;
        trials.inputs(1, trials.column(interval + t, b)) = amplitude_;
      }
      for (Index t = interval; t < end; ++t) {
        const double share = static_cast<double>(t + 1 - interval) / static_cast<double>(interval);
        trials.targets(0, trials.column(t, b)) = threshold_ * std::min(share, 1.0);
        trials.mask(0, trials.column(t, b)) = 1;
      }
      const bool long_one = 2 * static_cast<double>(interval) * dt_ms_ > interval_ms_.low + interval_ms_.high;
      trials.condition[static_cast<std::size_t>(b)] = long_one ? 1 : 0;
      trials.length[static_cast<std::size_t>(b)] = end;
    }
    return trials;
  }

 private:
  double dt_ms_;
  Index pulse_, hold_;
  Range interval_ms_;
  double amplitude_, threshold_;
};

}  // namespace

TaskKind interval_timing_task() {
  return {"interval_timing",
          "reproduce the time between two pulses by a ramp to a threshold (after Jazayeri & Shadlen 2015)",
          "0: interval up to the middle of its range, 1: longer",
          {
              range_option("task.interval_ms", "530..1060", "ms", positive,
                           "time from ready to set, and from set to the threshold; a range draws one per trial"),
              number_option("task.pulse_ms", "50", "ms", positive, "duration of the pulses ready and set"),
              number_option("task.hold_ms", "100", "ms", nonnegative, "time at the threshold at the end of a trial"),
              number_option("task.amplitude", "1", "", positive, "height of the pulses"),
              number_option("task.threshold", "2", "", positive, "height of the ramp at its end"),
          },
          [](const Options& options, double dt_ms) -> std::unique_ptr<Task> {
            return std::make_unique<IntervalTiming>(options, dt_ms);
          },
          {{"task.interval_ms", "150..300"}},
          {{"task.interval_ms", "500..2000"}}};
}

}  // namespace stillpoint
