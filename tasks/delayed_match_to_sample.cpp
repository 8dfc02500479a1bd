// Delayed match to sample: is the second stimulus the first one again? (after Miyashita & Chang 1988,
// doi:10.1038/331068a0)
//
//   sample         the channel of one stimulus, all equally likely, is on
//   delay          no input
//   test           in half of the trials the same channel is on, in the other half another one, all equally likely
//   response       no input; target +1 for a match, -1 for a non-match; graded here only
//
// Neither stimulus alone tells the answer: given either one, both answers are equally likely.
// Differs from the paper in that there are a few distinct stimuli in place of 100 patterns, and in shorter times.
#include <fmt/format.h>

#include <cmath>

#include "tasks/task.hpp"

namespace stillpoint {

namespace {

class DelayedMatchToSample : public Task {
 public:
  DelayedMatchToSample(const Options& options, double dt_ms)
      : dt_ms_(dt_ms),
        stimuli_(static_cast<Index>(options.integer("task.stimuli"))),
        sample_(steps_of(options.number("task.sample_ms"), dt_ms, "task.sample_ms")),
        test_(steps_of(options.number("task.test_ms"), dt_ms, "task.test_ms")),
        response_(steps_of(options.number("task.response_ms"), dt_ms, "task.response_ms")),
        delay_ms_(options.range("task.delay_ms")),
        amplitude_(options.number("task.amplitude")) {}

  Index inputs() const override { return stimuli_; }
  Index outputs() const override { return 1; }
  std::string input_name(Index channel) const override { return fmt::format("stimulus {}", channel); }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = sample_ + static_cast<Index>(std::lround(delay_ms_.high / dt_ms_)) + test_ + response_;
    auto trials = TrialSet<double>::zeros(inputs(), outputs(), longest, count);
    for (Index b = 0; b < count; ++b) {
      Stream stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b));
      const Index delay = draw_steps(stream, delay_ms_, dt_ms_);
      const Index sample = stream.below(stimuli_);
      const bool match = stream.bernoulli(0.5);
      const Index test = match ? sample : (sample + 1 + stream.below(stimuli_ - 1)) % stimuli_;

      const Index test_begin = sample_ + delay, begin = test_begin + test_, end = begin + response_;
      for (Index t = 0; t < sample_; ++t) trials.inputs(sample, trials.column(t, b)) = amplitude_;
      for (Index t = test_begin; t < begin; ++t) trials.inputs(test, trials.column(t, b)) = amplitude_;
      for (Index t = begin; t < end; ++t) {
        trials.targets(0, trials.column(t, b)) = match ? 1 : -1;
        trials.mask(0, trials.column(t, b)) = 1;
      }
      trials.condition[static_cast<std::size_t>(b)] = static_cast<int>(2 * sample + (match ? 0 : 1));
      trials.length[static_cast<std::size_t>(b)] = end;
    }
    return trials;
  }

 private:
  double dt_ms_;
  Index stimuli_, sample_, test_, response_;
  Range delay_ms_;
  double amplitude_;
};

}  // namespace

TaskKind delayed_match_to_sample_task() {
  return {"delayed_match_to_sample",
          "tell whether a stimulus is the one that was shown before a delay (after Miyashita & Chang 1988)",
          "twice the sample, plus 1 for a non-match",
          {
              integer_option("task.stimuli", "2", "", {2, 1000}, "number of stimuli: one input channel each"),
              number_option("task.sample_ms", "100", "ms", positive, "duration of the first stimulus"),
              range_option("task.delay_ms", "200..400", "ms", nonnegative,
                           "time from the sample to the test; a range draws one per trial"),
              number_option("task.test_ms", "100", "ms", positive, "duration of the second stimulus"),
              number_option("task.response_ms", "100", "ms", positive, "graded time at the end"),
              number_option("task.amplitude", "1", "", positive, "height of the stimuli"),
          },
          [](const Options& options, double dt_ms) -> std::unique_ptr<Task> {
            return std::make_unique<DelayedMatchToSample>(options, dt_ms);
          },
          {{"task.delay_ms", "50..100"}},
          {{"task.stimuli", "6"}, {"task.delay_ms", "500..1000"}}};
}

}  // namespace stillpoint
