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

#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<DelayedMatchToSampleParameters>& delayed_match_to_sample_list() {
  static const auto list =
      ParameterList<DelayedMatchToSampleParameters>()
          .integer("task.stimuli", &DelayedMatchToSampleParameters::stimuli, "", {2, 1000},
                   "number of stimuli: one input channel each")
          .number("task.sample_ms", &DelayedMatchToSampleParameters::sample_ms, "ms", positive,
                  "duration of the first stimulus")
          .range("task.delay_ms", &DelayedMatchToSampleParameters::delay_ms, "ms", nonnegative,
                 "time from the sample to the test; a range draws one per trial")
          .number("task.test_ms", &DelayedMatchToSampleParameters::test_ms, "ms", positive,
                  "duration of the second stimulus")
          .number("task.response_ms", &DelayedMatchToSampleParameters::response_ms, "ms", positive,
                  "graded time at the end")
          .number("task.amplitude", &DelayedMatchToSampleParameters::amplitude, "", positive, "height of the stimuli");
  return list;
}

class DelayedMatchToSample : public Task {
 public:
  DelayedMatchToSample(const DelayedMatchToSampleParameters& parameters, double dt_ms)
      : p_(parameters),
        sample_(steps_of(p_.sample_ms, dt_ms, "task.sample_ms")),
        test_(steps_of(p_.test_ms, dt_ms, "task.test_ms")),
        response_(steps_of(p_.response_ms, dt_ms, "task.response_ms")),
        delay_(p_.delay_ms, dt_ms, "task.delay_ms") {}

  Index inputs() const override { return p_.stimuli; }
  Index outputs() const override { return 1; }
  std::string input_name(Index channel) const override { return fmt::format("stimulus {}", channel); }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = sample_ + delay_.longest() + test_ + response_;
    return draw_trials(*this, longest, key, count, [&](Stream& stream, Trial trial) {
      const Index test_begin = sample_ + delay_.draw(stream), begin = test_begin + test_;
      const Index sample = stream.below(p_.stimuli);
      const bool match = stream.bernoulli(0.5);
      const Index test = match ? sample : (sample + 1 + stream.below(p_.stimuli - 1)) % p_.stimuli;
      trial.show(sample, 0, sample_, p_.amplitude);
      trial.show(test, test_begin, test_, p_.amplitude);
      trial.answer(begin, response_, match ? 1 : -1);
      trial.end(2 * sample + (match ? 0 : 1), begin + response_);
    });
  }

 private:
  DelayedMatchToSampleParameters p_;
  Index sample_, test_, response_;  // steps
  DrawnDuration delay_;
};

}  // namespace

std::unique_ptr<Task> make_task(const DelayedMatchToSampleParameters& parameters, double dt_ms) {
  return make_checked<DelayedMatchToSample>(delayed_match_to_sample_list(), parameters, dt_ms);
}

TaskKind delayed_match_to_sample_task() {
  return {"delayed_match_to_sample",
          "tell whether a stimulus is the one that was shown before a delay (after Miyashita & Chang 1988)",
          "twice the sample, plus 1 for a non-match",
          delayed_match_to_sample_list().options(),
          [](const Options& options, double dt_ms) {
            return make_task(delayed_match_to_sample_list().from(options), dt_ms);
          },
          {{"task.delay_ms", "50..100"}},
          {{"task.stimuli", "6"}, {"task.delay_ms", "500..1000"}}};
}

}  // namespace stillpoint
