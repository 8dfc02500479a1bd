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

#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<IntervalTimingParameters>& interval_timing_list() {
  static const auto list =
      ParameterList<IntervalTimingParameters>()
          .range("task.interval_ms", &IntervalTimingParameters::interval_ms, "ms", positive,
                 "time from ready to set, and from set to the threshold; a range draws one per trial")
          .number("task.pulse_ms", &IntervalTimingParameters::pulse_ms, "ms", positive,
                  "duration of the pulses ready and set")
          .number("task.hold_ms", &IntervalTimingParameters::hold_ms, "ms", nonnegative,
                  "time at the threshold at the end of a trial")
          .number("task.amplitude", &IntervalTimingParameters::amplitude, "", positive, "height of the pulses")
          .number("task.threshold", &IntervalTimingParameters::threshold, "", positive,
                  "height of the ramp at its end");
  return list;
}

class IntervalTiming : public Task {
 public:
  IntervalTiming(const IntervalTimingParameters& parameters, double dt_ms)
      : p_(parameters),
        dt_ms_(dt_ms),
        pulse_(steps_of(p_.pulse_ms, dt_ms, "task.pulse_ms")),
        hold_(steps_of(p_.hold_ms, dt_ms, "task.hold_ms", 0)),
        interval_(p_.interval_ms, dt_ms, "task.interval_ms") {
    require_parameter(pulse_ <= interval_.shortest(), "task.pulse_ms", number_text(p_.pulse_ms),
                      "must be at most the shortest task.interval_ms");
  }

  Index inputs() const override { return 2; }
  Index outputs() const override { return 1; }
  CriterionKind criterion() const override { return CriterionKind::mean_squared_error; }
  std::string input_name(Index channel) const override { return channel == 0 ? "ready" : "set"; }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = 2 * interval_.longest() + hold_;
    auto trials = draw_trials(*this, longest, key, count, [&](Stream& stream, Trial trial) {
      const Index interval = interval_.draw(stream), end = 2 * interval + hold_;
      trial.show(0, 0, pulse_, p_.amplitude);
      trial.show(1, interval, pulse_, p_.amplitude);
      for (Index t = interval; t < end; ++t) {
        const double share = static_cast<double>(t + 1 - interval) / static_cast<double>(interval);
        trial.answer(t, 1, p_.threshold * std::min(share, 1.0));
      }
      const bool long_one = 2 * static_cast<double>(interval) * dt_ms_ > p_.interval_ms.low + p_.interval_ms.high;
      trial.end(long_one ? 1 : 0, end);
    });
    trials.tolerance = 0.1 * p_.threshold;
    return trials;
  }

 private:
  IntervalTimingParameters p_;
  double dt_ms_;
  Index pulse_, hold_;  // steps
  DrawnDuration interval_;
};

}  // namespace

std::unique_ptr<Task> make_task(const IntervalTimingParameters& parameters, double dt_ms) {
  return make_checked<IntervalTiming>(interval_timing_list(), parameters, dt_ms);
}

TaskKind interval_timing_task() {
  return {"interval_timing",
          "reproduce the time between two pulses by a ramp to a threshold (after Jazayeri & Shadlen 2015)",
          "0: interval up to the middle of its range, 1: longer",
          interval_timing_list().options(),
          [](const Options& options, double dt_ms) { return make_task(interval_timing_list().from(options), dt_ms); },
          {{"task.interval_ms", "150..300"}},
          {{"task.interval_ms", "500..2000"}}};
}

}  // namespace stillpoint
