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

#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<WorkingMemoryParameters>& working_memory_n_list() {
  static const auto list =
      ParameterList<WorkingMemoryParameters>()
          .integer("task.cues", &WorkingMemoryParameters::cues, "", {2, 1000},
                   "number of cues: one input channel and one output each")
          .number("task.cue_ms", &WorkingMemoryParameters::cue_ms, "ms", positive, "duration of the cue")
          .range("task.delay_ms", &WorkingMemoryParameters::delay_ms, "ms", nonnegative,
                 "time from the cue to the go signal; a range draws one per trial")
          .integer("task.distractors", &WorkingMemoryParameters::distractors, "", {0, 1000},
                   "most distractors of a trial")
          .number("task.distractor_probability", &WorkingMemoryParameters::distractor_probability, "", probability,
                  "probability of each of them")
          .number("task.distractor_ms", &WorkingMemoryParameters::distractor_ms, "ms", positive,
                  "duration of a distractor")
          .number("task.response_ms", &WorkingMemoryParameters::response_ms, "ms", positive,
                  "duration of the go signal, the graded time")
          .number("task.amplitude", &WorkingMemoryParameters::amplitude, "", positive,
                  "height of cues, distractors and go signal");
  return list;
}

class WorkingMemory : public Task {
 public:
  WorkingMemory(const WorkingMemoryParameters& parameters, double dt_ms)
      : p_(parameters),
        cue_(steps_of(p_.cue_ms, dt_ms, "task.cue_ms")),
        response_(steps_of(p_.response_ms, dt_ms, "task.response_ms")),
        distractor_(steps_of(p_.distractor_ms, dt_ms, "task.distractor_ms")),
        delay_(p_.delay_ms, dt_ms, "task.delay_ms") {
    require_parameter(
        p_.distractors * distractor_ <= delay_.shortest(), "task.distractor_ms", number_text(p_.distractor_ms),
        fmt::format("{} of them must fit into the shortest task.delay_ms, {} ms", p_.distractors, p_.delay_ms.low));
  }

  Index inputs() const override { return p_.cues + 1; }
  Index outputs() const override { return p_.cues; }
  std::string input_name(Index channel) const override {
    return channel == p_.cues ? "go" : fmt::format("cue {}", channel);
  }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = cue_ + delay_.longest() + response_, go = p_.cues;
    return draw_trials(*this, longest, key, count, [&](Stream& stream, Trial trial) {
      const Index delay = delay_.draw(stream), begin = cue_ + delay, first = stream.below(p_.cues);
      trial.show(first, 0, cue_, p_.amplitude);
      for (Index k = 0; k < p_.distractors; ++k) {
        if (!stream.bernoulli(p_.distractor_probability)) continue;
        const Index slot = delay / p_.distractors, other = (first + 1 + stream.below(p_.cues - 1)) % p_.cues;
        trial.show(other, cue_ + k * slot + stream.below(slot - distractor_ + 1), distractor_, p_.amplitude);
      }
      trial.show(go, begin, response_, p_.amplitude);
      trial.choose(first, begin, response_);
      trial.end(first, begin + response_);
    });
  }

 private:
  WorkingMemoryParameters p_;
  Index cue_, response_, distractor_;  // steps
  DrawnDuration delay_;
};

}  // namespace

std::unique_ptr<Task> make_task(const WorkingMemoryParameters& parameters, double dt_ms) {
  return make_checked<WorkingMemory>(working_memory_n_list(), parameters, dt_ms);
}

TaskKind working_memory_n_task() {
  return {"working_memory_n",
          "hold the first of several cues across distractors (after Miller, Erickson & Desimone 1996)",
          "the first cue",
          working_memory_n_list().options(),
          [](const Options& options, double dt_ms) { return make_task(working_memory_n_list().from(options), dt_ms); },
          {{"task.cues", "2"}, {"task.distractors", "1"}, {"task.delay_ms", "150..250"}},
          {{"task.cues", "8"}, {"task.distractors", "4"}, {"task.delay_ms", "1000..2000"}}};
}

}  // namespace stillpoint
