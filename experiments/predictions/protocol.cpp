#include "experiments/predictions/protocol.hpp"

#include <fmt/format.h>

#include "experiments/options/durations.hpp"
#include "experiments/options/known_options.hpp"
#include "experiments/results/ini_file.hpp"
#include "sim/options/nearest.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

namespace {

constexpr Bounds of_neurons{0, 1, true};

const ParameterList<Protocol>& protocol_list() {
  using P = Protocol;
  static const auto all =
      ParameterList<P>()
          .choice("experiment.during", &P::during, {"rest", "task"},
                  "rest: without input; task: in trials of the task, the event is the start of the delay")
          .integer("experiment.trials", &P::trials, "", at_least(1), "number of trials")
          .number("experiment.before_ms", &P::before_ms, "ms", nonnegative, "rest: time before the event")
          .number("experiment.after_ms", &P::after_ms, "ms", positive, "rest: time from the event to the end")
          .choice(
              "experiment.stimulus", &P::stimulus, {"none", "step", "ramp", "pulses", "silence"},
              "current into neurons; silence holds their drive where their rate is lowest: it falls to 0 Hz with the "
              "membrane time constant")
          .choice("experiment.onto", &P::onto, {"neurons", "input"},
                  "a random share of the neurons, or the weights of one input channel (a distractor)")
          .integer("experiment.channel", &P::channel, "", at_least(0), "onto input: which channel, from 0")
          .number("experiment.fraction", &P::fraction, "", of_neurons, "share of the neurons that are stimulated")
          .number("experiment.amplitude", &P::amplitude, "", any_number, "of the current, in units of the drive u")
          .number("experiment.onset_ms", &P::onset_ms, "ms", any_number, "start of the stimulus, from the event")
          .number("experiment.length_ms", &P::length_ms, "ms", positive, "of a step, a ramp, each pulse, silence")
          .integer("experiment.pulses", &P::pulses, "", at_least(1), "pulses of a train")
          .number("experiment.interval_ms", &P::interval_ms, "ms", positive, "from one pulse of a train to the next")
          .choice("experiment.background", &P::background, {"free", "silent", "matched", "orthogonal"},
                  "where the drive of all other neurons is held: at r = 0; one pattern; one pattern, then one "
                  "orthogonal to it")
          .number("experiment.switch_ms", &P::switch_ms, "ms", nonnegative,
                  "orthogonal background: when the pattern changes, from the onset")
          .choice("experiment.pairing", &P::pairing, {"none", "rising", "flat", "falling"},
                  "rate of postsynaptic neurons while presynaptic ones are active, of the same mean")
          .choice("experiment.block", &P::block, {"none", "expression", "induction"},
                  "of short-term plasticity: its effect at once, or what would change it from then on")
          .number("experiment.block_ms", &P::block_ms, "ms", any_number, "when the block begins, from the event");
  return all;
}

bool starts_with(const std::string& name, const char* section) { return name.rfind(section, 0) == 0; }

/// What an option of a protocol needs to count, "" where it does.
std::string lacking(const std::string& option, const Protocol& of) {
  using P = Protocol;
  const bool train = of.stimulus == P::Stimulus::pulses, silence = of.stimulus == P::Stimulus::silence,
             stimulus = of.stimulus != P::Stimulus::none, pairs = of.pairing != P::Pairing::none,
             background = of.background != P::Background::free;
  const auto needs = [](bool there, const char* what) { return std::string(there ? "" : what); };
  if (option == "amplitude") return needs(stimulus && !silence, "a current: stimulus = step, ramp or pulses");
  if (option == "length_ms") return needs(stimulus || pairs, "a stimulus or a pairing");
  if (option == "onset_ms") return needs(stimulus || pairs || background, "a stimulus, a background or a pairing");
  if (option == "pulses" || option == "interval_ms") return needs(train, "stimulus = pulses");
  if (option == "onto") return needs(stimulus, "a stimulus");
  if (option == "channel") return needs(of.onto == P::Onto::input, "onto = input");
  if (option == "fraction")
    return needs(of.onto == P::Onto::neurons && (stimulus || pairs || background), "neurons that something is done to");
  if (option == "before_ms" || option == "after_ms") return needs(of.during == P::During::rest, "during = rest");
  if (option == "switch_ms") return needs(of.background == P::Background::orthogonal, "background = orthogonal");
  if (option == "block_ms") return needs(of.block != P::Block::none, "a block");
  return "";
}

}  // namespace

double end_of_stimulus(const Protocol& protocol) {
  const bool train = protocol.stimulus == Protocol::Stimulus::pulses;
  return protocol.onset_ms + protocol.length_ms +
         (train ? static_cast<double>(protocol.pulses - 1) * protocol.interval_ms : 0);
}

std::vector<Option> protocol_options() { return protocol_list().options(); }

void check_protocol(const Protocol& protocol) {
  protocol_list().check(protocol);
  require_parameter(protocol.stimulus != Protocol::Stimulus::pulses || protocol.length_ms <= protocol.interval_ms,
                    "experiment.length_ms", number_text(protocol.length_ms),
                    fmt::format("pulses overlap: must be at most experiment.interval_ms = {:g}", protocol.interval_ms));
  require_parameter(protocol.onto == Protocol::Onto::neurons || protocol.stimulus != Protocol::Stimulus::silence,
                    "experiment.stimulus", "silence", "silences neurons: experiment.onto must be neurons");
  require_parameter(protocol.pairing == Protocol::Pairing::none || protocol.background == Protocol::Background::free,
                    "experiment.background", "given with experiment.pairing", "must be free");
  require_parameter(protocol.pairing == Protocol::Pairing::none || 2 * protocol.fraction <= 1, "experiment.fraction",
                    number_text(protocol.fraction), "pairing takes as many presynaptic neurons again: at most 0.5");
}

std::vector<std::string> rounded_times(const Protocol& protocol, double dt_ms) {
  std::vector<std::string> lines;
  const auto section = std::string("experiment.").size();
  for (const auto& entry : protocol_list().entries()) {
    if (entry.option.unit != "ms" || !lacking(entry.option.name.substr(section), protocol).empty()) continue;
    const double value_ms = entry.option.value_of(entry.text(protocol));
    if (auto line = rounded_text(entry.option.name, {value_ms, value_ms}, dt_ms); !line.empty())
      lines.push_back(std::move(line));
  }
  return lines;
}

Protocol make_protocol(const Options& options) {
  const auto protocol = protocol_list().from(options);
  check_protocol(protocol);
  return protocol;
}

Assignments protocol_texts(const Protocol& protocol) {
  Assignments texts;
  for (const auto& entry : protocol_list().entries()) texts.emplace_back(entry.option.name, entry.text(protocol));
  return texts;
}

Experiment read_experiment(const std::string& path, const Assignments& set) {
  auto all = path.empty() ? Assignments() : read_ini(path, "an experiment");
  for (const auto& [name, value] : set) assign(all, name, value);
  Options options;
  options.declare(protocol_options());
  Experiment experiment{"", {}, {}};
  for (const auto& [name, value] : all) {
    if (options.knows(name)) {
      options.set(name, value);
      continue;
    }
    check_value(name, value, protocol_options());
    require_parameter(starts_with(name, "task.") || starts_with(name, "noise.") || starts_with(name, "synapse."), name,
                      value, "does not belong to an experiment: experiment, task, noise and synapse do");
    require_parameter(name != "task.name", name, value, "is that of the run; for another task give --task");
    experiment.changed.emplace_back(name, value);
  }
  experiment.protocol = make_protocol(options);
  for (const auto& [name, value] : all) {
    if (!starts_with(name, "experiment.")) continue;
    const auto needed = lacking(name.substr(std::string("experiment.").size()), experiment.protocol);
    require_parameter(needed.empty(), name, value, "has no effect: needs " + needed);
  }
  const bool in_task = experiment.protocol.during == Protocol::During::task;
  for (const auto& [name, value] : experiment.changed)
    require_parameter(in_task || !starts_with(name, "task."), name, value,
                      "has no effect at rest: needs experiment.during = task");
  return experiment;
}

std::optional<Delay> delay_of(const Options& task) {
  const auto before = [&](const std::string& name) -> std::optional<double> {
    if (name == "evidence_accumulation")
      return task.number("task.slot_ms") * static_cast<double>(task.integer("task.slots"));
    if (name == "delayed_cue_discrimination" || name == "working_memory_n") return task.number("task.cue_ms");
    if (name == "delayed_match_to_sample") return task.number("task.sample_ms");
    if (name == "context_integration") return task.number("task.stimulus_ms");
    return std::nullopt;
  }(task.text("task.name"));
  if (!before) return std::nullopt;
  return Delay{*before, task.range("task.delay_ms").high};
}

}  // namespace stillpoint
