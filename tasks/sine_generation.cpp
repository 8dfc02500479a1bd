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

#include "tasks/task.hpp"

namespace stillpoint {

namespace {

constexpr double pi = 3.14159265358979323846;

/// A sine of half the sampling rate or more cannot be told from a slower one.
std::vector<double> frequencies_of(const Options& options, double dt_ms) {
  const std::string name = "task.frequencies_hz";
  const double highest_hz = 1000 / (2 * dt_ms);
  const auto frequencies = positive_numbers(options, name, "Hz");
  for (const double frequency : frequencies)
    require_parameter(
        frequency < highest_hz, name, fmt::format("{}", frequency),
        fmt::format("must be below half the sampling rate, {} Hz at integration.dt_ms = {} ms", highest_hz, dt_ms));
  return frequencies;
}

class SineGeneration : public Task {
 public:
  SineGeneration(const Options& options, double dt_ms)
      : dt_ms_(dt_ms),
        frequencies_hz_(frequencies_of(options, dt_ms)),
        duration_(steps_of(options.number("task.duration_ms"), dt_ms, "task.duration_ms")),
        cue_(steps_of(options.number("task.cue_ms"), dt_ms, "task.cue_ms")),
        settle_(steps_of(options.number("task.settle_ms"), dt_ms, "task.settle_ms", 0)),
        amplitude_(options.number("task.amplitude")),
        constant_(options.text("task.cue") == "constant") {
    require_parameter(cue_ <= duration_, "task.cue_ms", options.text("task.cue_ms"), "must be at most task.duration_ms");
    require_parameter(settle_ < duration_, "task.settle_ms", options.text("task.settle_ms"),
                   "must be at least one step shorter than task.duration_ms");
  }

  Index inputs() const override { return constant_ ? 2 : frequencies(); }
  Index outputs() const override { return 1; }
  CriterionKind criterion() const override { return CriterionKind::mean_squared_error; }
  std::string input_name(Index channel) const override {
    if (!constant_) return fmt::format("onset {}", channel);
    return channel == 0 ? "onset" : "frequency";
  }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    auto trials = TrialSet<double>::zeros(inputs(), outputs(), duration_, count);
    trials.tolerance = 0.1 * amplitude_;
    for (Index b = 0; b < count; ++b) {
      Stream stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b));
      const Index drawn = stream.below(frequencies());
      const double cycles_per_step = frequencies_hz_[static_cast<std::size_t>(drawn)] * dt_ms_ / 1000;

      for (Index t = 0; t < duration_; ++t) {
        const Index column = trials.column(t, b);
        if (t < cue_) trials.inputs(constant_ ? 0 : drawn, column) = 1;
        if (constant_) trials.inputs(1, column) = static_cast<double>(drawn + 1) / static_cast<double>(frequencies());
        trials.targets(0, column) = amplitude_ * std::sin(2 * pi * cycles_per_step * static_cast<double>(t + 1));
        trials.mask(0, column) = t < settle_ ? 0 : 1;
      }
      trials.condition[static_cast<std::size_t>(b)] = static_cast<int>(drawn);
    }
    return trials;
  }

 private:
  Index frequencies() const { return static_cast<Index>(frequencies_hz_.size()); }

  double dt_ms_;
  std::vector<double> frequencies_hz_;
  Index duration_, cue_, settle_;
  double amplitude_;
  bool constant_;
};

}  // namespace

TaskKind sine_generation_task() {
  return {"sine_generation",
          "produce a sine wave, of the frequency that the input tells",
          "the index of the frequency",
          {
              text_option("task.frequencies_hz", "2",
                          "frequencies in Hz, separated by spaces; each trial has one of them, equally likely"),
              number_option("task.duration_ms", "1000", "ms", positive, "duration of a trial"),
              number_option("task.amplitude", "1", "", positive, "amplitude of the sine"),
              choice_option("task.cue", "constant", {"constant", "onset"},
                            "what tells the frequency: a constant input, or the channel of the pulse at the start"),
              number_option("task.cue_ms", "50", "ms", positive, "duration of the pulse at the start of a trial"),
              number_option("task.settle_ms", "100", "ms", nonnegative, "ungraded time at the start of a trial"),
          },
          [](const Options& options, double dt_ms) -> std::unique_ptr<Task> {
            return std::make_unique<SineGeneration>(options, dt_ms);
          },
          {{"task.duration_ms", "500"}},
          {{"task.frequencies_hz", "1 2 3 4"}, {"task.cue", "onset"}}};
}

}  // namespace stillpoint
