#include "experiments/predictions/hypotheses.hpp"

#include <algorithm>

#include "experiments/options/arms.hpp"

namespace stillpoint {

const std::vector<Hypothesis>& hypotheses() {
  static const std::vector<Hypothesis> all = {
      {"static", "none", "static synapses"},
      {"tcr", "tcr", "synapses that oppose change of their target's rate"},
      {"tm_depressing", "tm_depressing", "depressing synapses (Tsodyks-Markram)"},
      {"tm_facilitating", "tm_facilitating", "facilitating synapses (Tsodyks-Markram)"},
      {"slow_neurons", "matched_speed", "slow membranes, as slow as the TCR network at update 0"},
      {"low_gain", "matched_chaos", "weaker coupling, as chaotic as the TCR network at update 0"},
      {"derivative_feedback", "derivative_feedback", "slow excitation and fast inhibition, as slow as the TCR network"},
      {"high_pass", "high_pass", "feedback of each neuron's own change, as slow as the TCR network"},
      {"tcr_yoked", "tcr_yoked", "control: the synaptic current of another, unperturbed trial is replayed", true},
      {"tcr_permuted", "tcr_permuted", "control: the postsynaptic factor reaches the wrong neurons", true},
  };
  return all;
}

namespace {

/// What an arm does not set of a control is not one.
bool sets(Arm arm, const std::map<std::string, std::string>& options) {
  arm.preset.insert(arm.preset.begin(), {"control.match", "none"});  // an arm's own comes later and counts
  std::map<std::string, std::string> wanted;
  for (const auto& [name, value] : arm.preset) wanted[name] = value;
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& entry) {
    const auto found = options.find(entry.first);
    return found != options.end() && found->second == entry.second;
  });
}

std::string arm_of(const std::map<std::string, std::string>& options) {
  const auto named = options.find("study.arm");
  if (named != options.end() && named->second != "as_given") return named->second;
  const Arm* best = nullptr;
  for (const auto& arm : arms())
    if (sets(arm, options) && (!best || arm.preset.size() > best->preset.size())) best = &arm;
  return best ? best->name : "other";
}

}  // namespace

std::string hypothesis_of(const std::map<std::string, std::string>& options) {
  const auto arm = arm_of(options);
  for (const auto& each : hypotheses())
    if (each.arm == arm) return each.name;
  return arm;
}

bool is_control(const std::string& name) {
  const auto& all = hypotheses();
  return std::none_of(all.begin(), all.end(), [&](const auto& each) { return each.name == name && !each.control; });
}

}  // namespace stillpoint
