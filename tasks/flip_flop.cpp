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

#include "tasks/task.hpp"

namespace stillpoint {

namespace {

class FlipFlop : public Task {
 public:
  FlipFlop(const Options& options, double dt_ms)
      : bits_(static_cast<Index>(options.integer("task.bits"))),
        slots_(static_cast<Index>(options.integer("task.slots"))),
        slot_(steps_of(options.number("task.slot_ms"), dt_ms, "task.slot_ms")),
        pulse_(steps_of(options.number("task.pulse_ms"), dt_ms, "task.pulse_ms")),
        settle_(steps_of(options.number("task.settle_ms"), dt_ms, "task.settle_ms", 0)),
        probability_(options.number("task.pulse_probability")),
        amplitude_(options.number("task.amplitude")) {
    require_parameter(pulse_ <= slot_, "task.pulse_ms", options.text("task.pulse_ms"), "must be at most task.slot_ms");
    // Otherwise a pulse in every slot would leave nothing to grade.
    require_parameter(settle_ < slot_, "task.settle_ms", options.text("task.settle_ms"),
                   "must be at least one step shorter than task.slot_ms");
  }

  Index inputs() const override { return bits_; }
  Index outputs() const override { return bits_; }
  std::string input_name(Index channel) const override { return fmt::format("bit {}", channel); }

  TrialSet<double> draw(TrialKey key, Index count) const override {
    auto trials = TrialSet<double>::zeros(inputs(), outputs(), slots_ * slot_, count);
    std::vector<int> signs(static_cast<std::size_t>(slots_ * bits_));  // +1, -1, or 0 without a pulse
    for (Index b = 0; b < count; ++b) {
      Stream stream(key.seed, Purpose::trial, key.update, static_cast<std::uint64_t>(b));
      bool any_pulse;
      do {
        for (auto& sign : signs) sign = stream.bernoulli(probability_) ? (stream.bernoulli(0.5) ? 1 : -1) : 0;
        any_pulse = std::any_of(signs.begin(), signs.end(), [](int sign) { return sign != 0; });
      } while (!any_pulse);

      int memory = 0;
      for (Index bit = 0; bit < bits_; ++bit)
        if (write_bit(trials, signs, bit, b) > 0) memory |= 1 << bit;
      trials.condition[static_cast<std::size_t>(b)] = memory;
    }
    return trials;
  }

 private:
  /// Writes input, target and mask of one bit; returns the sign it ends with, 0 when it had no pulse.
  int write_bit(TrialSet<double>& trials, const std::vector<int>& signs, Index bit, Index b) const {
    int held = 0;
    for (Index slot = 0; slot < slots_; ++slot) {
      const int sign = signs[static_cast<std::size_t>(slot * bits_ + bit)];
      if (sign != 0) held = sign;
      if (held == 0) continue;
      for (Index t = 0; t < slot_; ++t) {
        const Index column = trials.column(slot * slot_ + t, b);
        if (sign != 0 && t < pulse_) trials.inputs(bit, column) = sign * amplitude_;
        trials.targets(bit, column) = held;
        trials.mask(bit, column) = sign != 0 && t < settle_ ? 0 : 1;
      }
    }
    return held;
  }

  Index bits_, slots_, slot_, pulse_, settle_;
  double probability_, amplitude_;
};

}  // namespace

TaskKind flip_flop_task() {
  return {"flip_flop",
          "remember the sign of the last pulse on each of several channels",
          "the memory at the end as a binary number, bit 0 first",
          {
              integer_option("task.bits", "3", "", {1, 16}, "number of bits: one input channel and one output each"),
              integer_option("task.slots", "10", "", {1, 10000}, "slots per trial; a pulse starts with a slot"),
              number_option("task.slot_ms", "100", "ms", positive, "shortest time from one pulse of a bit to its next"),
              number_option("task.pulse_ms", "20", "ms", positive, "duration of a pulse"),
              number_option("task.pulse_probability", "0.3", "", {0.001, 1},
                            "probability of a pulse per slot and bit; the mean holding time is slot_ms / probability"),
              number_option("task.amplitude", "1", "", positive, "height of a pulse, up or down equally likely"),
              number_option("task.settle_ms", "50", "ms", nonnegative,
                            "ungraded time from the start of every pulse, while the output may switch"),
          },
          [](const Options& options, double dt_ms) -> std::unique_ptr<Task> {
            return std::make_unique<FlipFlop>(options, dt_ms);
          },
          {{"task.bits", "1"}},
          {{"task.bits", "5"}, {"task.slots", "20"}, {"task.pulse_probability", "0.1"}}};
}

}  // namespace stillpoint
