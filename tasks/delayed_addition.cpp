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
#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<DelayedAdditionParameters>& delayed_addition_list() {
  static const auto list = ParameterList<DelayedAdditionParameters>()
                               .integer("task.samples", &DelayedAdditionParameters::samples, "", {2, 10000},
                                        "values in the stream; one is marked in each half")
                               .number("task.sample_ms", &DelayedAdditionParameters::sample_ms, "ms", positive,
                                       "time for which a value and its mark are held")
                               .range("task.delay_ms", &DelayedAdditionParameters::delay_ms, "ms", nonnegative,
                                      "time from the end of the stream to the response; a range draws one per trial")
                               .number("task.response_ms", &DelayedAdditionParameters::response_ms, "ms", positive,
                                       "graded time at the end");
  return list;
}

class DelayedAddition : public Task {
 public:
  DelayedAddition(const DelayedAdditionParameters& parameters, double dt_ms)
      : p_(parameters),
        sample_(steps_of(p_.sample_ms, dt_ms, "task.sample_ms")),
        response_(steps_of(p_.response_ms, dt_ms, "task.response_ms")),
        delay_(p_.delay_ms, dt_ms, "task.delay_ms") {}

  Index inputs() const override { return 2; }
  Index outputs() const override { return 1; }
  CriterionKind criterion() const override { return CriterionKind::mean_squared_error; }
  std::string input_name(Index channel) const override { return channel == 0 ? "value" : "mark"; }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = p_.samples * sample_ + delay_.longest() + response_, half = p_.samples / 2;
    auto trials = draw_trials(*this, longest, key, count, [&](Stream& stream, Trial trial) {
      const Index begin = p_.samples * sample_ + delay_.draw(stream);
      const Index first = stream.below(half), second = half + stream.below(p_.samples - half);
      double sum = 0;
      for (Index sample = 0; sample < p_.samples; ++sample) {
        const double value = stream.uniform();
        trial.show(0, sample * sample_, sample_, value);
        if (sample != first && sample != second) continue;
        trial.show(1, sample * sample_, sample_, 1);
        sum += value;
      }
      trial.answer(begin, response_, sum);
      trial.end(0, begin + response_);
    });
    trials.tolerance = 0.1;
    return trials;
  }

 private:
  DelayedAdditionParameters p_;
  Index sample_, response_;  // steps
  DrawnDuration delay_;
};

}  // namespace

std::unique_ptr<Task> make_task(const DelayedAdditionParameters& parameters, double dt_ms) {
  return make_checked<DelayedAddition>(delayed_addition_list(), parameters, dt_ms);
}

TaskKind delayed_addition_task() {
  return {"delayed_addition",
          "add two marked values of a stream and report the sum after a delay",
          "always 0",
          delayed_addition_list().options(),
          [](const Options& options, double dt_ms) { return make_task(delayed_addition_list().from(options), dt_ms); },
          {{"task.samples", "4"}, {"task.delay_ms", "0"}},
          {{"task.samples", "30"}, {"task.delay_ms", "500"}}};
}

}  // namespace stillpoint
