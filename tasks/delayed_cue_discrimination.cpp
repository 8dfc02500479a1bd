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

#include <cmath>

#include "tasks/task.hpp"

namespace stillpoint {

namespace {

class DelayedCueDiscrimination : public Task {
 public:
  DelayedCueDiscrimination(const Options& options, double dt_ms)
      : dt_ms_(dt_ms),
        cues_(static_cast<Index>(options.integer("task.cues"))),
        cue_(steps_of(options.number("task.cue_ms"), dt_ms, "task.cue_ms")),
        response_(steps_of(options.number("task.response_ms"), dt_ms, "task.response_ms")),
        delay_ms_(options.range("task.delay_ms")),
        amplitude_(options.number("task.amplitude")) {}

  Index inputs() const override { return cues_ + 1; }
  Index outputs() const override { return cues_; }
  std::string input_name(Index channel) const override {
    return channel == cues_ ? "go" : fmt::format("cue {}", channel);
  }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = cue_ + static_cast<Index>(std::lround(delay_ms_.high / dt_ms_)) + response_;
    const Index go = cues_;
    auto trials = TrialSet<double>::zeros(inputs(), outputs(), longest, count);
    for (Index b = 0; b < count; ++b) {
      Stream stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b));
      const Index delay = draw_steps(stream, delay_ms_, dt_ms_);
      const Index shown = stream.below(cues_);

      for (Index t = 0; t < cue_; ++t) trials.inputs(shown, trials.column(t, b)) = amplitude_;
      const Index begin = cue_ + delay, end = begin + response_;
      for (Index t = begin; t < end; ++t) {
        const Index column = trials.column(t, b);
        trials.inputs(go, column) = amplitude_;
        trials.targets.col(column).setConstant(-1);
        trials.targets(shown, column) = 1;
        trials.mask.col(column).setOnes();
      }
      trials.condition[static_cast<std::size_t>(b)] = static_cast<int>(shown);
      trials.length[static_cast<std::size_t>(b)] = end;
    }
    return trials;
  }

 private:
  double dt_ms_;
  Index cues_, cue_, response_;
  Range delay_ms_;
  double amplitude_;
};

}  // namespace

TaskKind delayed_cue_discrimination_task() {
  return {"delayed_cue_discrimination",
          "tell after a delay, at a go signal, which of several cues was shown",
          "the shown cue",
          {
              integer_option("task.cues", "2", "", {2, 1000}, "number of cues: one input channel and one output each"),
              number_option("task.cue_ms", "100", "ms", positive, "duration of the cue"),
              range_option("task.delay_ms", "200..400", "ms", nonnegative,
                           "time from the cue to the go signal; a range draws one per trial"),
              number_option("task.response_ms", "100", "ms", positive, "duration of the go signal, the graded time"),
              number_option("task.amplitude", "1", "", positive, "height of the cue and of the go signal"),
          },
          [](const Options& options, double dt_ms) -> std::unique_ptr<Task> {
            return std::make_unique<DelayedCueDiscrimination>(options, dt_ms);
          },
          {{"task.delay_ms", "50..100"}},
          {{"task.cues", "8"}, {"task.delay_ms", "1000..2000"}}};
}

}  // namespace stillpoint
