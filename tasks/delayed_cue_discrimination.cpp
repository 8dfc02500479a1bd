// Delayed cue discrimination: which cue was shown? Answered after a delay, at a go signal (a delayed response, after
// Funahashi, Bruce & Goldman-Rakic 1989, doi:10.1152/jn.1989.61.2.331, with distinct cues in place of locations).
//
//   cue            the channel of one cue, all equally likely, is on
//   delay          no input
//   response       the go channel, which is the last one, is on; target +1 for the shown cue and -1 for the others;
//                  graded here only
//
// The go signal makes the end of a variable delay known, so the cue must be remembered and not timed.
#include <fmt/format.h>

#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<DelayedCueDiscriminationParameters>& delayed_cue_discrimination_list() {
  static const auto list =
      ParameterList<DelayedCueDiscriminationParameters>()
          .integer("task.cues", &DelayedCueDiscriminationParameters::cues, "", {2, 1000},
                   "number of cues: one input channel and one output each")
          .number("task.cue_ms", &DelayedCueDiscriminationParameters::cue_ms, "ms", positive, "duration of the cue")
          .range("task.delay_ms", &DelayedCueDiscriminationParameters::delay_ms, "ms", nonnegative,
                 "time from the cue to the go signal; a range draws one per trial")
          .number("task.response_ms", &DelayedCueDiscriminationParameters::response_ms, "ms", positive,
                  "duration of the go signal, the graded time")
          .number("task.amplitude", &DelayedCueDiscriminationParameters::amplitude, "", positive,
                  "height of the cue and of the go signal");
  return list;
}

class DelayedCueDiscrimination : public Task {
 public:
  DelayedCueDiscrimination(const DelayedCueDiscriminationParameters& parameters, double dt_ms)
      : p_(parameters),
        cue_(steps_of(p_.cue_ms, dt_ms, "task.cue_ms")),
        response_(steps_of(p_.response_ms, dt_ms, "task.response_ms")),
        delay_(p_.delay_ms, dt_ms, "task.delay_ms") {}

  Index inputs() const override { return p_.cues + 1; }
  Index outputs() const override { return p_.cues; }
  std::string input_name(Index channel) const override {
    return channel == p_.cues ? "go" : fmt::format("cue {}", channel);
  }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = cue_ + delay_.longest() + response_, go = p_.cues;
    return draw_trials(*this, longest, key, count, [&](Stream& stream, Trial trial) {
      const Index begin = cue_ + delay_.draw(stream), shown = stream.below(p_.cues);
      trial.show(shown, 0, cue_, p_.amplitude);
      trial.show(go, begin, response_, p_.amplitude);
      trial.choose(shown, begin, response_);
      trial.end(shown, begin + response_);
    });
  }

 private:
  DelayedCueDiscriminationParameters p_;
  Index cue_, response_;  // steps
  DrawnDuration delay_;
};

}  // namespace

std::unique_ptr<Task> make_task(const DelayedCueDiscriminationParameters& parameters, double dt_ms) {
  return make_checked<DelayedCueDiscrimination>(delayed_cue_discrimination_list(), parameters, dt_ms);
}

TaskKind delayed_cue_discrimination_task() {
  return {"delayed_cue_discrimination",
          "tell after a delay, at a go signal, which of several cues was shown",
          "the shown cue",
          delayed_cue_discrimination_list().options(),
          [](const Options& options, double dt_ms) {
            return make_task(delayed_cue_discrimination_list().from(options), dt_ms);
          },
          {{"task.delay_ms", "50..100"}},
          {{"task.cues", "8"}, {"task.delay_ms", "1000..2000"}}};
}

}  // namespace stillpoint
