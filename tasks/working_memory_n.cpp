// Working memory with distractors: which of n cues came first? (after Miller, Erickson & Desimone 1996,
// doi:10.1523/JNEUROSCI.16-16-05154.1996, whose monkeys held a sample across other stimuli)
//
//   cue            the channel of one cue, all equally likely, is on
//   delay          divided into as many equal slots as there may be distractors; in each, with probability
//                  distractor_probability, the channel of one of the other cues, all equally likely, is on for
//                  distractor_ms, from a step that is uniform over those at which it fits into the slot
//   response       the go channel, which is the last one, is on; target +1 for the first cue and -1 for the others;
//                  graded here only
//
// A distractor is a cue like any other: that it came later is all that tells it from the one to be remembered.
// Differs from the paper in the answer: there the monkeys waited for the sample to come again.
#include <fmt/format.h>

#include <cmath>

#include "tasks/task.hpp"

namespace stillpoint {

namespace {

class WorkingMemory : public Task {
 public:
  WorkingMemory(const Options& options, double dt_ms)
      : dt_ms_(dt_ms),
        cues_(static_cast<Index>(options.integer("task.cues"))),
        cue_(steps_of(options.number("task.cue_ms"), dt_ms, "task.cue_ms")),
        response_(steps_of(options.number("task.response_ms"), dt_ms, "task.response_ms")),
        distractors_(static_cast<Index>(options.integer("task.distractors"))),
        distractor_(steps_of(options.number("task.distractor_ms"), dt_ms, "task.distractor_ms")),
        delay_ms_(options.range("task.delay_ms")),
        probability_(options.number("task.distractor_probability")),
        amplitude_(options.number("task.amplitude")) {
    require_parameter(
        distractors_ * distractor_ <= static_cast<Index>(std::lround(delay_ms_.low / dt_ms)), "task.distractor_ms",
        options.text("task.distractor_ms"),
        fmt::format("{} of them must fit into the shortest task.delay_ms, {} ms", distractors_, delay_ms_.low));
  }

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
      const Index first = stream.below(cues_);
      const auto show = [&](Index channel, Index from, Index steps) {
        for (Index t = from; t < from + steps; ++t) trials.inputs(channel, trials.column(t, b)) = amplitude_;
      };
      show(first, 0, cue_);
      for (Index k = 0; k < distractors_; ++k) {
        if (!stream.bernoulli(probability_)) continue;
        const Index slot = delay / distractors_, other = (first + 1 + stream.below(cues_ - 1)) % cues_;
        show(other, cue_ + k * slot + stream.below(slot - distractor_ + 1), distractor_);
      }
      const Index begin = cue_ + delay, end = begin + response_;
      show(go, begin, response_);
      for (Index t = begin; t < end; ++t) {
        const Index column = trials.column(t, b);
        trials.targets.col(column).setConstant(-1);
        trials.targets(first, column) = 1;
        trials.mask.col(column).setOnes();
      }
      trials.condition[static_cast<std::size_t>(b)] = static_cast<int>(first);
      trials.length[static_cast<std::size_t>(b)] = end;
    }
    return trials;
  }

 private:
  double dt_ms_;
  Index cues_, cue_, response_, distractors_, distractor_;
  Range delay_ms_;
  double probability_, amplitude_;
};

}  // namespace

TaskKind working_memory_n_task() {
  return {"working_memory_n",
          "hold the first of several cues across distractors (after Miller, Erickson & Desimone 1996)",
          "the first cue",
          {
              integer_option("task.cues", "4", "", {2, 1000}, "number of cues: one input channel and one output each"),
              number_option("task.cue_ms", "100", "ms", positive, "duration of the cue"),
              range_option("task.delay_ms", "400..600", "ms", nonnegative,
                           "time from the cue to the go signal; a range draws one per trial"),
              integer_option("task.distractors", "2", "", {0, 1000}, "most distractors of a trial"),
              number_option("task.distractor_probability", "0.5", "", probability, "probability of each of them"),
              number_option("task.distractor_ms", "100", "ms", positive, "duration of a distractor"),
              number_option("task.response_ms", "100", "ms", positive, "duration of the go signal, the graded time"),
              number_option("task.amplitude", "1", "", positive, "height of cues, distractors and go signal"),
          },
          [](const Options& options, double dt_ms) -> std::unique_ptr<Task> {
            return std::make_unique<WorkingMemory>(options, dt_ms);
          },
          {{"task.cues", "2"}, {"task.distractors", "1"}, {"task.delay_ms", "150..250"}},
          {{"task.cues", "8"}, {"task.distractors", "4"}, {"task.delay_ms", "1000..2000"}}};
}

}  // namespace stillpoint
