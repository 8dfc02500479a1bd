// Delayed addition: the sum of two marked values in a stream of values, reported after a delay (the adding problem of
// Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with a delay and values on [0, 1]).
//
//   stream         channel 0: independent values, uniform on [0, 1], each held for sample_ms;
//                  channel 1: 1 during the two marked samples, else 0; the first mark falls in the first half of the
//                  stream, the second in the second half (the longer one when the number of samples is odd)
//   delay          no input
//   response       target: the sum of the two marked values, from 0 to 2, mean 1, variance 1/6; graded here only
//
// An output counts as correct within 0.1 of its target; learned means a small mean squared error.
// Differs from the paper: there the values are from [-1, 1], their sum is scaled to [0, 1], both marks fall into the
// first half of the stream so that its rest is the delay, and the ends of the stream are marked by -1.
#include <cmath>

#include "tasks/task.hpp"

namespace stillpoint {

namespace {

class DelayedAddition : public Task {
 public:
  DelayedAddition(const Options& options, double dt_ms)
      : dt_ms_(dt_ms),
        samples_(static_cast<Index>(options.integer("task.samples"))),
        sample_(steps_of(options.number("task.sample_ms"), dt_ms, "task.sample_ms")),
        response_(steps_of(options.number("task.response_ms"), dt_ms, "task.response_ms")),
        delay_ms_(options.range("task.delay_ms")) {}

  Index inputs() const override { return 2; }
  Index outputs() const override { return 1; }
  CriterionKind criterion() const override { return CriterionKind::mean_squared_error; }
  std::string input_name(Index channel) const override { return channel == 0 ? "value" : "mark"; }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = samples_ * sample_ + static_cast<Index>(std::lround(delay_ms_.high / dt_ms_)) + response_;
    auto trials = TrialSet<double>::zeros(inputs(), outputs(), longest, count);
    trials.tolerance = 0.1;
    const Index half = samples_ / 2;
    for (Index b = 0; b < count; ++b) {
      Stream stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b));
      const Index delay = draw_steps(stream, delay_ms_, dt_ms_);
      const Index first = stream.below(half), second = half + stream.below(samples_ - half);
      double sum = 0;
      for (Index sample = 0; sample < samples_; ++sample) {
        const double value = stream.uniform();
        const bool marked = sample == first || sample == second;
        if (marked) sum += value;
        for (Index t = sample * sample_; t < (sample + 1) * sample_; ++t) {
          trials.inputs(0, trials.column(t, b)) = value;
          trials.inputs(1, trials.column(t, b)) = marked ? 1 : 0;
        }
      }
      const Index begin = samples_ * sample_ + delay, end = begin + response_;
      for (Index t = begin; t < end; ++t) {
        trials.targets(0, trials.column(t, b)) = sum;
        trials.mask(0, trials.column(t, b)) = 1;
      }
      trials.length[static_cast<std::size_t>(b)] = end;
    }
    return trials;
  }

 private:
  double dt_ms_;
  Index samples_, sample_, response_;
  Range delay_ms_;
};

}  // namespace

TaskKind delayed_addition_task() {
  return {"delayed_addition",
          "add two marked values of a stream and report the sum after a delay",
          "always 0",
          {
              integer_option("task.samples", "10", "", {2, 10000}, "values in the stream; one is marked in each half"),
              number_option("task.sample_ms", "20", "ms", positive, "time for which a value and its mark are held"),
              range_option("task.delay_ms", "100", "ms", nonnegative,
                           "time from the end of the stream to the response; a range draws one per trial"),
              number_option("task.response_ms", "100", "ms", positive, "graded time at the end"),
          },
          [](const Options& options, double dt_ms) -> std::unique_ptr<Task> {
            return std::make_unique<DelayedAddition>(options, dt_ms);
          },
          {{"task.samples", "4"}, {"task.delay_ms", "0"}},
          {{"task.samples", "30"}, {"task.delay_ms", "500"}}};
}

}  // namespace stillpoint
