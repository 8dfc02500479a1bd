// Evidence accumulation: which of two channels carried more pulses? (after Brunton, Botvinick & Brody 2013,
// doi:10.1126/science.1233912; parameters of the reference study of this project)
//
//   slots          one pulse per slot, on channel 0 with probability p, else on channel 1; p or 1-p by trial
//   delay          no input
//   response       target +1 when channel 0 had more pulses, -1 when channel 1 had; graded here only
//
// Trials that end in a tie are redrawn (default), or labelled -1.
#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<EvidenceAccumulationParameters>& evidence_accumulation_list() {
  static const auto list =
      ParameterList<EvidenceAccumulationParameters>()
          .integer("task.slots", &EvidenceAccumulationParameters::slots, "", {1, 10000},
                   "pulses per trial, one per slot")
          .number("task.slot_ms", &EvidenceAccumulationParameters::slot_ms, "ms", positive,
                  "time from one pulse to the next")
          .number("task.pulse_ms", &EvidenceAccumulationParameters::pulse_ms, "ms", positive, "duration of a pulse")
          .number("task.amplitude", &EvidenceAccumulationParameters::amplitude, "", any_number, "height of a pulse")
          .number("task.favoured", &EvidenceAccumulationParameters::favoured, "", probability,
                  "probability of a pulse on the favoured channel")
          .range("task.delay_ms", &EvidenceAccumulationParameters::delay_ms, "ms", nonnegative,
                 "time from the last slot to the response; a range draws one per trial")
          .number("task.response_ms", &EvidenceAccumulationParameters::response_ms, "ms", positive,
                  "graded time at the end")
          .choice("task.ties", &EvidenceAccumulationParameters::ties, {"redraw", "second"},
                  "trials with equal counts: drawn again, or labelled -1");
  return list;
}

class EvidenceAccumulation : public Task {
 public:
  EvidenceAccumulation(const EvidenceAccumulationParameters& parameters, double dt_ms)
      : p_(parameters),
        slot_(steps_of(p_.slot_ms, dt_ms, "task.slot_ms")),
        pulse_(steps_of(p_.pulse_ms, dt_ms, "task.pulse_ms")),
        response_(steps_of(p_.response_ms, dt_ms, "task.response_ms")),
        delay_(p_.delay_ms, dt_ms, "task.delay_ms") {
    require_parameter(pulse_ <= slot_, "task.pulse_ms", number_text(p_.pulse_ms), "must be at most task.slot_ms");
  }

  Index inputs() const override { return 2; }
  Index outputs() const override { return 1; }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = p_.slots * slot_ + delay_.longest() + response_;
    std::vector<Index> channels(static_cast<std::size_t>(p_.slots));
    return draw_trials(*this, longest, key, count, [&](Stream& stream, Trial trial) {
      const Index begin = p_.slots * slot_ + delay_.draw(stream);
      Index lead;  // pulses on channel 0 minus pulses on channel 1
      do {
        const double p = stream.bernoulli(0.5) ? p_.favoured : 1 - p_.favoured;
        lead = 0;
        for (auto& channel : channels) {
          channel = stream.bernoulli(p) ? 0 : 1;
          lead += channel == 0 ? 1 : -1;
        }
      } while (lead == 0 && p_.ties == EvidenceAccumulationParameters::Ties::redraw);

      for (Index slot = 0; slot < p_.slots; ++slot)
        trial.show(channels[static_cast<std::size_t>(slot)], slot * slot_, pulse_, p_.amplitude);
      trial.answer(begin, response_, lead > 0 ? 1 : -1);
      trial.end(lead > 0 ? 0 : 1, begin + response_);
    });
  }

 private:
  EvidenceAccumulationParameters p_;
  Index slot_, pulse_, response_;  // steps
  DrawnDuration delay_;
};

}  // namespace

std::unique_ptr<Task> make_task(const EvidenceAccumulationParameters& parameters, double dt_ms) {
  return make_checked<EvidenceAccumulation>(evidence_accumulation_list(), parameters, dt_ms);
}

TaskKind evidence_accumulation_task() {
  return {
      "evidence_accumulation",
      "which of two channels carried more pulses, answered after a delay",
      "0: channel 0 had more pulses, 1: channel 1",
      evidence_accumulation_list().options(),
      [](const Options& options, double dt_ms) { return make_task(evidence_accumulation_list().from(options), dt_ms); },
      {{"task.slots", "5"}, {"task.favoured", "0.9"}, {"task.delay_ms", "50"}},
      {{"task.slots", "20"}, {"task.favoured", "0.6"}, {"task.delay_ms", "500..1000"}}};
}

}  // namespace stillpoint
