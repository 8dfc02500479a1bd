// Sine generation: produce a sine wave from its onset on (the classic of FORCE, Sussillo & Abbott 2009,
// doi:10.1016/j.neuron.2009.07.018), of one of several frequencies, told by the input (Sussillo & Barak 2013,
// doi:10.1162/NECO_a_00409).
//
//   onset          a pulse of height 1 at the start of every trial, which fixes the phase
//   cue            the frequency of a trial, all equally likely; constant: channel 0 has the pulse, channel 1 is
//                  (k+1)/F throughout for frequency k of F; onset: the pulse is on channel k of F, so the frequency
//                  must be remembered
//   target         amplitude sin(2 pi f t), t from the start of the trial to the end of the step, when the output is
//                  read; graded but for the first settle_ms
//
// An output counts as correct within a tenth of the amplitude; learned means a small mean squared error.
// Differs from the papers in that a trial has a beginning, marked by a pulse; there networks run on.
#include <fmt/format.h>

#include <cmath>

#include "sim/constants.hpp"
#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<SineGenerationParameters>& sine_generation_list() {
  static const auto list =
      ParameterList<SineGenerationParameters>()
          .numbers("task.frequencies_hz", &SineGenerationParameters::frequencies_hz, "Hz", positive,
                   "frequencies in Hz, separated by spaces; each trial has one of them, equally likely")
          .number("task.duration_ms", &SineGenerationParameters::duration_ms, "ms", positive, "duration of a trial")
          .number("task.amplitude", &SineGenerationParameters::amplitude, "", positive, "amplitude of the sine")
          .choice("task.cue", &SineGenerationParameters::cue, {"constant", "onset"},
                  "what tells the frequency: a constant input, or the channel of the pulse at the start")
          .number("task.cue_ms", &SineGenerationParameters::cue_ms, "ms", positive,
                  "duration of the pulse at the start of a trial")
          .number("task.settle_ms", &SineGenerationParameters::settle_ms, "ms", nonnegative,
                  "ungraded time at the start of a trial");
  return list;
}

class SineGeneration : public Task {
 public:
  SineGeneration(const SineGenerationParameters& parameters, double dt_ms)
      : p_(parameters),
        dt_ms_(dt_ms),
        duration_(steps_of(p_.duration_ms, dt_ms, "task.duration_ms")),
        cue_(steps_of(p_.cue_ms, dt_ms, "task.cue_ms")),
        settle_(steps_of(p_.settle_ms, dt_ms, "task.settle_ms", 0)) {
    const double highest_hz = 1000 / (2 * dt_ms);
    for (const double frequency : p_.frequencies_hz)  // one of half the sampling rate cannot be told from a slower one
      require_parameter(
          frequency < highest_hz, "task.frequencies_hz", fmt::format("{}", frequency),
          fmt::format("must be below half the sampling rate, {} Hz at integration.dt_ms = {} ms", highest_hz, dt_ms));
    require_parameter(cue_ <= duration_, "task.cue_ms", number_text(p_.cue_ms), "must be at most task.duration_ms");
    require_parameter(settle_ < duration_, "task.settle_ms", number_text(p_.settle_ms),
                      "must be at least one step shorter than task.duration_ms");
  }

  Index inputs() const override { return constant() ? 2 : frequencies(); }
  Index outputs() const override { return 1; }
  CriterionKind criterion() const override { return CriterionKind::mean_squared_error; }
  std::string input_name(Index channel) const override {
    if (!constant()) return fmt::format("onset {}", channel);
    return channel == 0 ? "onset" : "frequency";
  }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    auto trials = draw_trials(*this, duration_, key, count, [&](Stream& stream, Trial trial) {
      const Index drawn = stream.below(frequencies());
      const double cycles_per_step = p_.frequencies_hz[static_cast<std::size_t>(drawn)] * dt_ms_ / 1000;
      trial.show(constant() ? 0 : drawn, 0, cue_, 1);
      if (constant()) trial.show(1, 0, duration_, static_cast<double>(drawn + 1) / static_cast<double>(frequencies()));
      for (Index t = 0; t < duration_; ++t) {
        trial.target(0, t) = p_.amplitude * std::sin(2 * pi * cycles_per_step * static_cast<double>(t + 1));
        trial.mask(0, t) = t < settle_ ? 0 : 1;
      }
      trial.end(drawn, duration_);
    });
    trials.tolerance = 0.1 * p_.amplitude;
    return trials;
  }

 private:
  bool constant() const { return p_.cue == SineGenerationParameters::Cue::constant; }
  Index frequencies() const { return static_cast<Index>(p_.frequencies_hz.size()); }

  SineGenerationParameters p_;
  double dt_ms_;
  Index duration_, cue_, settle_;  // steps
};

}  // namespace

std::unique_ptr<Task> make_task(const SineGenerationParameters& parameters, double dt_ms) {
  return make_checked<SineGeneration>(sine_generation_list(), parameters, dt_ms);
}

TaskKind sine_generation_task() {
  return {"sine_generation",
          "produce a sine wave, of the frequency that the input tells",
          "the index of the frequency",
          sine_generation_list().options(),
          [](const Options& options, double dt_ms) { return make_task(sine_generation_list().from(options), dt_ms); },
          {{"task.duration_ms", "500"}},
          {{"task.frequencies_hz", "1 2 3 4"}, {"task.cue", "onset"}}};
}

}  // namespace stillpoint
