// Context-dependent integration: of two noisy streams of evidence, report the sign of the one that the context names
// (Mante, Sussillo, Shenoy & Newsome 2013, doi:10.1038/nature12742).
//
//   stimulus       channel 0 (motion) and channel 1 (colour) each carry a signed coherence, its size one of
//                  coherences and its sign + or -, all equally likely and independent of the other stream, plus white
//                  noise: in every step  coherence + noise sqrt(T) N(0,1),  T the steps of the stimulus
//   delay          no evidence
//   response       target: the sign of the relevant coherence; graded here only
//   context        channel 2 (motion counts) or channel 3 (colour counts), equally likely, is 1 throughout
//
// The mean of a stream over the stimulus has standard deviation `noise` at any time step, so an ideal observer is right
// in the share Phi(coherence / noise) of the trials of that coherence: 0.977 at the weakest of the defaults, 0.992 over
// all. The label is the sign of the coherence, also where noise makes the evidence point the other way.
// Differs from the paper's network in the delay, which its monkeys had, and in the size of coherences and noise: the
// coherences follow those of the random dots.
#include <algorithm>
#include <array>
#include <cmath>

#include "tasks/task.hpp"

namespace stillpoint {

namespace {

class ContextIntegration : public Task {
 public:
  ContextIntegration(const Options& options, double dt_ms)
      : dt_ms_(dt_ms),
        coherences_(positive_numbers(options, "task.coherences", "")),
        stimulus_(steps_of(options.number("task.stimulus_ms"), dt_ms, "task.stimulus_ms")),
        response_(steps_of(options.number("task.response_ms"), dt_ms, "task.response_ms")),
        delay_ms_(options.range("task.delay_ms")),
        noise_per_step_(options.number("task.noise") * std::sqrt(static_cast<double>(stimulus_))) {}

  Index inputs() const override { return 4; }
  Index outputs() const override { return 1; }
  std::string input_name(Index channel) const override {
    return std::array{"motion", "colour", "motion counts", "colour counts"}.at(static_cast<std::size_t>(channel));
  }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = stimulus_ + static_cast<Index>(std::lround(delay_ms_.high / dt_ms_)) + response_;
    auto trials = TrialSet<double>::zeros(inputs(), outputs(), longest, count);
    for (Index b = 0; b < count; ++b) {
      Stream stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b));
      const Index delay = draw_steps(stream, delay_ms_, dt_ms_);
      const Index relevant = stream.below(2);
      std::array<double, 2> evidence{};
      for (auto& coherence : evidence) {
        coherence = coherences_[static_cast<std::size_t>(stream.below(static_cast<Index>(coherences_.size())))];
        if (stream.bernoulli(0.5)) coherence = -coherence;
      }
      const bool positive_sign = evidence[static_cast<std::size_t>(relevant)] > 0;

      const Index begin = stimulus_ + delay, end = begin + response_;
      for (Index t = 0; t < end; ++t) {
        const Index column = trials.column(t, b);
        for (Index channel = 0; channel < 2 && t < stimulus_; ++channel)
          trials.inputs(channel, column) =
              evidence[static_cast<std::size_t>(channel)] + noise_per_step_ * stream.normal();
        trials.inputs(2 + relevant, column) = 1;
        if (t < begin) continue;
        trials.targets(0, column) = positive_sign ? 1 : -1;
        trials.mask(0, column) = 1;
      }
      const bool conflict = evidence[0] * evidence[1] < 0;
      trials.condition[static_cast<std::size_t>(b)] =
          static_cast<int>(4 * relevant) + (positive_sign ? 0 : 2) + (conflict ? 1 : 0);
      trials.length[static_cast<std::size_t>(b)] = end;
    }
    return trials;
  }

 private:
  double dt_ms_;
  std::vector<double> coherences_;
  Index stimulus_, response_;
  Range delay_ms_;
  double noise_per_step_;
};

}  // namespace

TaskKind context_integration_task() {
  return {"context_integration",
          "sign of the one of two noisy streams that a context names (Mante, Sussillo, Shenoy & Newsome 2013)",
          "0 to 3 when motion counts, 4 to 7 when colour does; plus 2 for target -1, plus 1 when the streams disagree",
          {
              text_option("task.coherences", "0.05 0.15 0.5",
                          "sizes of the coherence, > 0, separated by spaces; either sign, all equally likely"),
              number_option("task.noise", "0.025", "", nonnegative,
                            "standard deviation of the noise of a stream, averaged over the stimulus"),
              number_option("task.stimulus_ms", "750", "ms", positive, "duration of the evidence"),
              range_option("task.delay_ms", "300", "ms", nonnegative,
                           "time from the evidence to the response; a range draws one per trial"),
              number_option("task.response_ms", "100", "ms", positive, "graded time at the end"),
          },
          [](const Options& options, double dt_ms) -> std::unique_ptr<Task> {
            return std::make_unique<ContextIntegration>(options, dt_ms);
          },
          {{"task.coherences", "0.5"}, {"task.delay_ms", "0"}},
          {{"task.noise", "0.03"}, {"task.delay_ms", "300..1500"}}};
}

}  // namespace stillpoint
