// A virtual experiment, as a lab would describe it: in which trials, what is done to which neurons, and when. One
// description, [experiment] in an INI file or options experiment.*; with it go options of task, noise and synapse that
// differ from those of training, as a longer delay.
//
// Times are from the event that trials are aligned to: at rest the end of experiment.before_ms, in trials of a task the
// start of its delay, or of the trial where it has none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/activity/session.hpp"
#include "experiments/options/run_options.hpp"

namespace stillpoint {

struct Protocol {
  enum class During { rest, task };
  enum class Stimulus { none, step, ramp, pulses, silence };
  enum class Onto { neurons, input };
  enum class Background { free, silent, matched, orthogonal };
  enum class Pairing { none, rising, flat, falling };
  enum class Block { none, expression, induction };

  During during = During::rest;
  Index trials = 60;
  double before_ms = 2000;  // rest: time before the event; slow networks take long to leave r(0), which is near 0
  double after_ms = 1000;   // rest: time from the event to the end
  Stimulus stimulus = Stimulus::none;
  Onto onto = Onto::neurons;
  Index channel = 0;                         // onto input: which
  double fraction = 0.3;                     // of the neurons that are stimulated, drawn at random once per animal
  double amplitude = 1;                      // of the current, in units of the drive u
  double onset_ms = 0;                       // of the stimulus
  double length_ms = 200;                    // of a step, a ramp, each pulse or silence
  Index pulses = 5;                          // of a train
  double interval_ms = 100;                  // from one pulse to the next
  Background background = Background::free;  // what the other neurons are held at
  double switch_ms = 100;                    // orthogonal: when the background changes
  Pairing pairing = Pairing::none;           // course of the postsynaptic rate while presynaptic neurons are active
  Block block = Block::none;                 // of short-term plasticity
  double block_ms = 0;                       // when it begins
};

/// When the stimulus is over, from the event.
double end_of_stimulus(const Protocol& protocol);

/// A protocol under its name, and what of task.*, noise.* and synapse.* it sets.
struct Experiment {
  std::string name;
  Protocol protocol;
  Assignments changed = {};
};

/// Options experiment.*
std::vector<Option> protocol_options();
/// Throws ParameterError where values are out of bounds or contradict each other.
Protocol make_protocol(const Options& options);
void check_protocol(const Protocol& protocol);
/// Of the times that count, those that are no whole number of steps, a line each.
std::vector<std::string> rounded_times(const Protocol& protocol, double dt_ms);
/// Option -> value, all of them.
Assignments protocol_texts(const Protocol& protocol);

/// The experiment of an INI file: section [experiment], and [task], [noise], [synapse] for what differs from training;
/// `set` has the last word. Throws UserError.
Experiment read_experiment(const std::string& path, const Assignments& set);

/// Delay of a task, between what is to be remembered and the response; absent where it has none. Of a range the
/// longest.
struct Delay {
  double start_ms, length_ms;
};
std::optional<Delay> delay_of(const Options& task);

}  // namespace stillpoint
