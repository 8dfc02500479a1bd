#include "experiments/predictions/prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/predictions/families/families.hpp"
#include "sim/look_aside.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

#define STILLPOINT_PREDICTIONS(family) std::vector<Prediction> family##_predictions();
#include "experiments/predictions/families.def"
#undef STILLPOINT_PREDICTIONS

namespace {

using P = Protocol;

/// At rest, and 1.5 s of it from the event.
Experiment at_rest_of(const std::string& name, Index trials) {
  Experiment experiment{name, {}, {}};
  experiment.protocol.trials = trials;
  experiment.protocol.after_ms = 1500;
  return experiment;
}

Experiment with_stimulus(Experiment experiment, P::Stimulus stimulus, double length_ms, double amplitude = 1) {
  experiment.protocol.stimulus = stimulus;
  experiment.protocol.length_ms = length_ms;
  experiment.protocol.amplitude = amplitude;
  return experiment;
}

Experiment blocked(Experiment experiment, P::Block block, double at_ms) {
  experiment.protocol.block = block;
  experiment.protocol.block_ms = at_ms;
  return experiment;
}

std::optional<Experiment> rest_experiment(const std::string& name, Index trials) {
  const auto rest = at_rest_of(name, trials);
  const auto pulse = [&](double onset_ms, Index pulses, double interval_ms) {
    auto experiment = with_stimulus(rest, P::Stimulus::pulses, 50, 2);
    experiment.protocol.onset_ms = onset_ms;
    experiment.protocol.pulses = pulses;
    experiment.protocol.interval_ms = interval_ms;
    return experiment;
  };
  constexpr double block_ms = -200;
  if (name == "rest") return rest;
  if (name == "rest_blocked") return blocked(rest, P::Block::expression, block_ms);
  if (name == "rest_uninduced") return blocked(rest, P::Block::induction, block_ms);
  if (name == "step") return with_stimulus(rest, P::Stimulus::step, 1000);
  if (name == "step_blocked")
    return blocked(with_stimulus(rest, P::Stimulus::step, 1000), P::Block::expression, block_ms);
  if (name == "ramp") return with_stimulus(rest, P::Stimulus::ramp, 1000);
  if (name == "silence_50") return with_stimulus(rest, P::Stimulus::silence, 50);
  if (name == "silence_200") return with_stimulus(rest, P::Stimulus::silence, 200);
  if (name == "silence_800") return with_stimulus(rest, P::Stimulus::silence, 800);
  if (name == "pulse_first") return pulse(0, 1, 100);
  if (name == "pulse_second") return pulse(100, 1, 100);
  if (name == "pulse_pair") return pulse(0, 2, 100);
  if (name == "pulse_train") return pulse(0, 10, 100);
  return std::nullopt;
}

std::optional<Experiment> held_experiment(const std::string& name, Index trials) {
  Experiment experiment{name, {}, {}};
  auto& protocol = experiment.protocol;
  protocol.trials = trials;
  protocol.after_ms = 600;
  for (const auto& [background, held] :
       {std::pair("silent", P::Background::silent), std::pair("matched", P::Background::matched),
        std::pair("orthogonal", P::Background::orthogonal)}) {
    protocol.background = held;
    if (name == fmt::format("hold_{}", background)) return experiment;
    if (name == fmt::format("probe_{}", background)) return with_stimulus(experiment, P::Stimulus::step, 500);
  }
  protocol.background = P::Background::free;
  protocol.length_ms = 400;
  protocol.trials = std::min<Index>(trials, 32);
  for (const auto& [course, pairing] : {std::pair("rising", P::Pairing::rising), std::pair("flat", P::Pairing::flat),
                                        std::pair("falling", P::Pairing::falling)}) {
    protocol.pairing = pairing;
    if (name == fmt::format("pairing_{}", course)) return experiment;
  }
  return std::nullopt;
}

std::optional<Experiment> task_experiment(const std::string& name, const Preparation& of, Index trials) {
  if (!of.has_task) return std::nullopt;
  const auto delay = delay_of(of.options);
  if (!delay || delay->length_ms <= 0) return std::nullopt;
  const double length_ms = delay->length_ms;
  Experiment trial{name, {}, {}};
  trial.protocol.during = P::During::task;
  trial.protocol.trials = trials;
  if (name == "trial") return trial;
  if (name == "trial_long") {
    trial.changed = {{"task.delay_ms", number_text(3 * length_ms)}};
    return trial;
  }
  if (name == "trial_blocked") return blocked(trial, P::Block::expression, 0);
  if (name == "trial_distracted") {
    trial = with_stimulus(trial, P::Stimulus::step, 0.25 * length_ms);
    trial.protocol.onset_ms = 0.25 * length_ms;
    trial.protocol.onto = P::Onto::input;
    return trial;
  }
  if (name == "trial_silenced") {
    trial = with_stimulus(trial, P::Stimulus::silence, 0.25 * length_ms);
    trial.protocol.onset_ms = 0.25 * length_ms;
    return trial;
  }
  for (const double amplitude : switch_amplitudes())
    for (const auto& [duration, share] : {std::pair("brief", 0.1), std::pair("long", 0.8)})
      if (name == fmt::format("switch_{}_{:g}", duration, amplitude)) {
        trial = with_stimulus(trial, P::Stimulus::step, share * length_ms, amplitude);
        trial.protocol.onset_ms = 0.1 * length_ms;
        return trial;
      }
  return std::nullopt;
}

}  // namespace

const std::vector<Prediction>& predictions() {
  static const auto all = [] {
    std::vector<Prediction> list;
    const auto add = [&](std::vector<Prediction> family) {
      for (auto& each : family) list.push_back(std::move(each));
    };
#define STILLPOINT_PREDICTIONS(family) add(family##_predictions());
#include "experiments/predictions/families.def"
#undef STILLPOINT_PREDICTIONS
    return list;
  }();
  return all;
}

std::optional<Experiment> experiment_named(const std::string& name, const Preparation& of, Index trials) {
  const bool replays = of.options.knows("synapse.current") && of.options.text("synapse.current") == "yoked";
  if (name == "rest_uninduced" && replays) return std::nullopt;  // nothing of its own is induced
  if (auto experiment = rest_experiment(name, trials)) return experiment;
  if (auto experiment = held_experiment(name, trials)) return experiment;
  return task_experiment(name, of, trials);
}

std::optional<double> value_of(const Prediction& prediction, const Evidence& evidence, std::string& why) {
  look_aside();
  try {
    const auto value = prediction.value(evidence);
    if (value && std::isfinite(*value)) return value;
    why = "undefined: its denominator is not told from 0, or nothing varies";
  } catch (const UserError& problem) {
    why = problem.what();
  }
  return std::nullopt;
}

std::vector<std::string> experiment_names() {
  std::vector<std::string> names;
  for (const auto& prediction : predictions())
    for (const auto& name : prediction.experiments)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

}  // namespace stillpoint
