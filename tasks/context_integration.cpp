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
#include <array>
#include <cmath>

#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<ContextIntegrationParameters>& context_integration_list() {
  static const auto list =
      ParameterList<ContextIntegrationParameters>()
          .numbers("task.coherences", &ContextIntegrationParameters::coherences, "", positive,
                   "sizes of the coherence, > 0, separated by spaces; either sign, all equally likely")
          .number("task.noise", &ContextIntegrationParameters::noise, "", nonnegative,
                  "standard deviation of the noise of a stream, averaged over the stimulus")
          .number("task.stimulus_ms", &ContextIntegrationParameters::stimulus_ms, "ms", positive,
                  "duration of the evidence")
          .range("task.delay_ms", &ContextIntegrationParameters::delay_ms, "ms", nonnegative,
                 "time from the evidence to the response; a range draws one per trial")
          .number("task.response_ms", &ContextIntegrationParameters::response_ms, "ms", positive,
                  "graded time at the end");
  return list;
}

class ContextIntegration : public Task {
 public:
  ContextIntegration(const ContextIntegrationParameters& parameters, double dt_ms)
      : p_(parameters),
        stimulus_(steps_of(p_.stimulus_ms, dt_ms, "task.stimulus_ms")),
        response_(steps_of(p_.response_ms, dt_ms, "task.response_ms")),
        delay_(p_.delay_ms, dt_ms, "task.delay_ms"),
        noise_per_step_(p_.noise * std::sqrt(static_cast<double>(stimulus_))) {}

  Index inputs() const override { return 4; }
  Index outputs() const override { return 1; }
  std::string input_name(Index channel) const override {
    return std::array{"motion", "colour", "motion counts", "colour counts"}.at(static_cast<std::size_t>(channel));
  }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = stimulus_ + delay_.longest() + response_;
    return draw_trials(*this, longest, key, count, [&](Stream& stream, Trial trial) {
      const Index begin = stimulus_ + delay_.draw(stream), end = begin + response_;
      const Index relevant = stream.below(2);
      const std::array evidence = {signed_coherence(stream), signed_coherence(stream)};
      for (Index t = 0; t < stimulus_; ++t)
        for (Index channel = 0; channel < 2; ++channel)
          trial.input(channel, t) = evidence[static_cast<std::size_t>(channel)] + noise_per_step_ * stream.normal();
      trial.show(2 + relevant, 0, end, 1);

      const bool positive_sign = evidence[static_cast<std::size_t>(relevant)] > 0;
      const bool conflict = evidence[0] * evidence[1] < 0;
      trial.answer(begin, response_, positive_sign ? 1 : -1);
      trial.end(4 * relevant + (positive_sign ? 0 : 2) + (conflict ? 1 : 0), end);
    });
  }

 private:
  double signed_coherence(Stream& stream) const {
    const auto drawn = stream.below(static_cast<Index>(p_.coherences.size()));
    const double size = p_.coherences[static_cast<std::size_t>(drawn)];
    return stream.bernoulli(0.5) ? -size : size;
  }

  ContextIntegrationParameters p_;
  Index stimulus_, response_;  // steps
  DrawnDuration delay_;
  double noise_per_step_;
};

}  // namespace

std::unique_ptr<Task> make_task(const ContextIntegrationParameters& parameters, double dt_ms) {
  return make_checked<ContextIntegration>(context_integration_list(), parameters, dt_ms);
}

TaskKind context_integration_task() {
  return {
      "context_integration",
      "sign of the one of two noisy streams that a context names (Mante, Sussillo, Shenoy & Newsome 2013)",
      "0 to 3 when motion counts, 4 to 7 when colour does; plus 2 for target -1, plus 1 when the streams disagree",
      context_integration_list().options(),
      [](const Options& options, double dt_ms) { return make_task(context_integration_list().from(options), dt_ms); },
      {{"task.coherences", "0.5"}, {"task.delay_ms", "0"}},
      {{"task.noise", "0.03"}, {"task.delay_ms", "300..1500"}}};
}

}  // namespace stillpoint
