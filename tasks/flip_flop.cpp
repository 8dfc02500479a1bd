// n-bit flip-flop: hold the sign of the last pulse on each channel (Sussillo & Barak 2013, doi:10.1162/NECO_a_00409).
//
//   slots          in every slot each channel carries, with probability p, a pulse of +amplitude or -amplitude (equally
//                  likely) that starts with the slot; channels are independent
//   target         of a bit: +1 or -1, the sign of its last pulse; changes with the first step of a pulse
//   graded         per bit from its first pulse on, except for settle_ms from the start of every pulse, while the
//                  output may switch
//
// Holding times are random: the pulses of one bit are a geometric number of slots apart, slot_ms / p on average. At the
// defaults that is 333 ms, about seven membrane time constants of 50 ms, so a leaky trace of the pulse cannot serve as
// the memory, and a bit still sees three pulses in a trial of one second. Half the pulses switch the bit, the others
// confirm it. A trial without any pulse would have nothing to grade and is drawn again (2e-5 of trials at the
// defaults).
// Differs from the paper in that pulses start on a grid of slots and that the time of switching is not graded.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tasks/drawing.hpp"
#include "tasks/tasks.hpp"

namespace stillpoint {

namespace {

const ParameterList<FlipFlopParameters>& flip_flop_list() {
  static const auto list =
      ParameterList<FlipFlopParameters>()
          .integer("task.bits", &FlipFlopParameters::bits, "", {1, 16},
                   "number of bits: one input channel and one output each")
          .integer("task.slots", &FlipFlopParameters::slots, "", {1, 10000},
                   "slots per trial; a pulse starts with a slot")
          .number("task.slot_ms", &FlipFlopParameters::slot_ms, "ms", positive,
                  "shortest time from one pulse of a bit to its next")
          .number("task.pulse_ms", &FlipFlopParameters::pulse_ms, "ms", positive, "duration of a pulse")
          .number("task.pulse_probability", &FlipFlopParameters::pulse_probability, "", {0.001, 1},
                  "probability of a pulse per slot and bit; the mean holding time is slot_ms / probability")
          .number("task.amplitude", &FlipFlopParameters::amplitude, "", positive,
                  "height of a pulse, up or down equally likely")
          .number("task.settle_ms", &FlipFlopParameters::settle_ms, "ms", nonnegative,
                  "ungraded time from the start of every pulse, while the output may switch");
  return list;
}

class FlipFlop : public Task {
 public:
  FlipFlop(const FlipFlopParameters& parameters, double dt_ms)
      : p_(parameters),
        slot_(steps_of(p_.slot_ms, dt_ms, "task.slot_ms")),
        pulse_(steps_of(p_.pulse_ms, dt_ms, "task.pulse_ms")),
        settle_(steps_of(p_.settle_ms, dt_ms, "task.settle_ms", 0)) {
    require_parameter(pulse_ <= slot_, "task.pulse_ms", number_text(p_.pulse_ms), "must be at most task.slot_ms");
    // Otherwise a pulse in every slot would leave nothing to grade.
    require_parameter(settle_ < slot_, "task.settle_ms", number_text(p_.settle_ms),
                      "must be at least one step shorter than task.slot_ms");
  }

  Index inputs() const override { return p_.bits; }
  Index outputs() const override { return p_.bits; }
  std::string input_name(Index channel) const override { return fmt::format("bit {}", channel); }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    std::vector<int> signs(static_cast<std::size_t>(p_.slots * p_.bits));  // +1, -1, or 0 without a pulse
    return draw_trials(*this, p_.slots * slot_, key, count, [&](Stream& stream, Trial trial) {
      bool any_pulse;
      do {
        for (auto& sign : signs) sign = stream.bernoulli(p_.pulse_probability) ? (stream.bernoulli(0.5) ? 1 : -1) : 0;
        any_pulse = std::any_of(signs.begin(), signs.end(), [](int sign) { return sign != 0; });
      } while (!any_pulse);

      Index memory = 0;
      for (Index bit = 0; bit < p_.bits; ++bit)
        if (write_bit(trial, signs, bit) > 0) memory |= Index(1) << bit;
      trial.end(memory, p_.slots * slot_);
    });
  }

 private:
  /// Writes input, target and mask of one bit; returns the sign it ends with, 0 when it had no pulse.
  int write_bit(Trial trial, const std::vector<int>& signs, Index bit) const {
    int held = 0;
    for (Index slot = 0; slot < p_.slots; ++slot) {
      const int sign = signs[static_cast<std::size_t>(slot * p_.bits + bit)];
      if (sign != 0) {
        held = sign;
        trial.show(bit, slot * slot_, pulse_, sign * p_.amplitude);
      }
      if (held == 0) continue;
      for (Index t = 0; t < slot_; ++t) {
        trial.target(bit, slot * slot_ + t) = held;
        trial.mask(bit, slot * slot_ + t) = sign != 0 && t < settle_ ? 0 : 1;
      }
    }
    return held;
  }

  FlipFlopParameters p_;
  Index slot_, pulse_, settle_;  // steps
};

}  // namespace

std::unique_ptr<Task> make_task(const FlipFlopParameters& parameters, double dt_ms) {
  return make_checked<FlipFlop>(flip_flop_list(), parameters, dt_ms);
}

TaskKind flip_flop_task() {
  return {"flip_flop",
          "remember the sign of the last pulse on each of several channels",
          "the memory at the end as a binary number, bit 0 first",
          flip_flop_list().options(),
          [](const Options& options, double dt_ms) { return make_task(flip_flop_list().from(options), dt_ms); },
          {{"task.bits", "1"}},
          {{"task.bits", "5"}, {"task.slots", "20"}, {"task.pulse_probability", "0.1"}}};
}

}  // namespace stillpoint
