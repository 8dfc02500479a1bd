#include "experiments/options/arms.hpp"

namespace stillpoint {

const std::vector<Arm>& arms() {
  static const std::vector<Arm> all = {
      {"none", "static synapses", {{"synapse.kind", "none"}, {"tcr.form", "none"}}},
      {"tcr", "short-term synapses that oppose change", {{"synapse.kind", "tcr"}}},
      {"tcr_permuted",
       "control: the postsynaptic factor reaches the wrong neurons, a new permutation each trial",
       {{"synapse.kind", "tcr"}, {"synapse.postsynaptic", "permuted"}}},
      {"tcr_yoked",
       "control: the synaptic current of another trial of the batch is replayed",
       {{"synapse.kind", "tcr"}, {"synapse.current", "yoked"}}},
      {"matched_speed",
       "control: no TCR, time constants lengthened until the speed V equals that of the TCR network",
       {{"synapse.kind", "none"}, {"control.match", "speed"}}},
      {"matched_chaos",
       "control: no TCR, gain lowered until the leading Lyapunov exponent equals that of the TCR network",
       {{"synapse.kind", "none"}, {"control.match", "chaos"}}},
      {"tcr_loss",
       "temporal consistency as a term of the loss; under e-prop this is the local rule",
       {{"synapse.kind", "none"}, {"tcr.form", "loss"}}},
      {"tcr_local",
       "temporal consistency as a local rule with traces beside any rule",
       {{"synapse.kind", "none"}, {"tcr.form", "local"}}},
      {"tcr_instantaneous", "the same without traces", {{"synapse.kind", "none"}, {"tcr.form", "instantaneous"}}},
      {"tsodyks_markram", "presynaptic facilitation and depression", {{"synapse.kind", "tsodyks_markram"}}},
      {"tm_depressing",
       "presynaptic plasticity that depresses",
       {{"synapse.kind", "tsodyks_markram"},
        {"synapse.use", "0.5"},
        {"synapse.tau_d_ms", "800"},
        {"synapse.tau_f_ms", "20"}}},
      {"tm_facilitating",
       "presynaptic plasticity that facilitates",
       {{"synapse.kind", "tsodyks_markram"},
        {"synapse.use", "0.03"},
        {"synapse.tau_d_ms", "130"},
        {"synapse.tau_f_ms", "530"}}},
      {"derivative_feedback",
       "rival without plasticity: excitation slower than inhibition, tau_e such that V equals that of the TCR network",
       {{"synapse.kind", "derivative_feedback"}, {"control.match", "speed"}}},
      {"high_pass",
       "rival without plasticity: each neuron opposes change of its own rate, as strongly as gives the TCR network's V",
       {{"synapse.kind", "high_pass"}, {"control.match", "speed"}}},
  };
  return all;
}

namespace {
std::vector<std::string> arm_names() {
  std::vector<std::string> names = {"as_given"};
  for (const auto& known : arms()) names.push_back(known.name);
  return names;
}
}  // namespace

const Arm& arm(const std::string& name) {
  for (const auto& known : arms())
    if (known.name == name) return known;
  static const Arm as_given{"as_given", "what synapse.* and control.* say", {}};
  arm_options().front().check(name);
  return as_given;
}

std::vector<Option> arm_options() {
  return {
      choice_option("study.arm", "as_given", arm_names(),
                    "preset over synapse.*, tcr.* and control.*; see `stillpoint list arms`"),
      choice_option("control.match", "none", {"none", "speed", "chaos"},
                    "match a network without TCR to the TCR network of the same seed and synapse.* at update 0"),
      choice_option("control.targets", "own", {"own", "shuffled"},
                    "shuffled: trial b is graded by the target of trial b + 1, in training and evaluation"),
  };
}

}  // namespace stillpoint
