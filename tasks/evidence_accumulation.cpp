// Evidence accumulation: which of two channels carried more pulses? (after Brunton, Botvinick & Brody 2013,
// doi:10.1126/science.1233912; parameters of the reference study of this project)
//
//   slots          one pulse per slot, on channel 0 with probability p, else on channel 1; p or 1-p by trial
//   delay          no input
//   response       target +1 when channel 0 had more pulses, -1 when channel 1 had; graded here only
//
// Trials that end in a tie are redrawn (default), or labelled -1 (`task.ties = second`).
#include <cmath>

#include "tasks/task.hpp"

namespace stillpoint {

namespace {

class EvidenceAccumulation : public Task {
 public:
  EvidenceAccumulation(const Options& options, double dt_ms)
      : dt_ms_(dt_ms),
        slots_(static_cast<Index>(options.integer("task.slots"))),
        slot_(steps_of(options.number("task.slot_ms"), dt_ms, "task.slot_ms")),
        pulse_(steps_of(options.number("task.pulse_ms"), dt_ms, "task.pulse_ms")),
        response_(steps_of(options.number("task.response_ms"), dt_ms, "task.response_ms")),
        delay_ms_(options.range("task.delay_ms")),
        amplitude_(options.number("task.amplitude")),
        favoured_(options.number("task.favoured")),
        redraw_ties_(options.text("task.ties") == "redraw") {
    require_parameter(pulse_ <= slot_, "task.pulse_ms", options.text("task.pulse_ms"), "must be at most task.slot_ms");
  }

  Index inputs() const override { return 2; }
  Index outputs() const override { return 1; }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    const Index longest = slots_ * slot_ + static_cast<Index>(std::lround(delay_ms_.high / dt_ms_)) + response_;
    auto trials = TrialSet<double>::zeros(inputs(), outputs(), longest, count);
    std::vector<int> channels(static_cast<std::size_t>(slots_));
    for (Index b = 0; b < count; ++b) {
      Stream stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b));
      const Index delay = draw_steps(stream, delay_ms_, dt_ms_);
      Index lead;  // pulses on channel 0 minus pulses on channel 1
      do {
        const double p = stream.bernoulli(0.5) ? favoured_ : 1 - favoured_;
        lead = 0;
        for (auto& channel : channels) {
          channel = stream.bernoulli(p) ? 0 : 1;
          lead += channel == 0 ? 1 : -1;
        }
      } while (lead == 0 && redraw_ties_);

      for (Index slot = 0; slot < slots_; ++slot)
        for (Index t = slot * slot_; t < slot * slot_ + pulse_; ++t)
          trials.inputs(channels[static_cast<std::size_t>(slot)], trials.column(t, b)) = amplitude_;
      const Index begin = slots_ * slot_ + delay, end = begin + response_;
      for (Index t = begin; t < end; ++t) {
        trials.targets(0, trials.column(t, b)) = lead > 0 ? 1 : -1;
        trials.mask(0, trials.column(t, b)) = 1;
      }
      trials.condition[static_cast<std::size_t>(b)] = lead > 0 ? 0 : 1;
      trials.length[static_cast<std::size_t>(b)] = end;
    }
    return trials;
  }

 private:
  double dt_ms_;
  Index slots_, slot_, pulse_, response_;
  Range delay_ms_;
  double amplitude_, favoured_;
  bool redraw_ties_;
};

}  // namespace

TaskKind evidence_accumulation_task() {
  return {"evidence_accumulation",
          "which of two channels carried more pulses, answered after a delay",
          "0: channel 0 had more pulses, 1: channel 1",
          {
              integer_option("task.slots", "10", "", {1, 10000}, "pulses per trial, one per slot"),
              number_option("task.slot_ms", "30", "ms", positive, "time from one pulse to the next"),
              number_option("task.pulse_ms", "10", "ms", positive, "duration of a pulse"),
              number_option("task.amplitude", "1", "", any_number, "height of a pulse"),
              number_option("task.favoured", "0.7", "", probability, "probability of a pulse on the favoured channel"),
              range_option("task.delay_ms", "200", "ms", nonnegative,
                           "time from the last slot to the response; a range draws one per trial"),
              number_option("task.response_ms", "100", "ms", positive, "graded time at the end"),
              choice_option("task.ties", "redraw", {"redraw", "second"},
                            "trials with equal counts: drawn again, or labelled -1"),
          },
          [](const Options& options, double dt_ms) -> std::unique_ptr<Task> {
            return std::make_unique<EvidenceAccumulation>(options, dt_ms);
          },
          {{"task.slots", "5"}, {"task.favoured", "0.9"}, {"task.delay_ms", "50"}},
          {{"task.slots", "20"}, {"task.favoured", "0.6"}, {"task.delay_ms", "500..1000"}}};
}

}  // namespace stillpoint
