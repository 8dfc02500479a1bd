#include "sim/options/registry.hpp"

#include <fmt/format.h>

#include "plasticity/short_term/short_term.hpp"

namespace stillpoint {

#define STILLPOINT_SYNAPSE(name) SynapseKind name##_synapse_kind();
#include "plasticity/short_term/short_term.def"
#undef STILLPOINT_SYNAPSE

const std::vector<SynapseKind>& synapse_kinds() {
#define STILLPOINT_SYNAPSE(name) name##_synapse_kind(),
  static const std::vector<SynapseKind> kinds = {
#include "plasticity/short_term/short_term.def"
  };
#undef STILLPOINT_SYNAPSE
  return kinds;
}

Option synapse_kind_option() {
  return choice_among(synapse_kinds(), "synapse.kind", "none", "short-term plasticity of the recurrent synapses");
}

const SynapseKind& synapse_kind(const std::string& name) {
  return kind_named(synapse_kinds(), name, synapse_kind_option);
}

SynapseModel synapse_model(const Options& options) { return synapse_kind(options.text("synapse.kind")).model(options); }

}  // namespace stillpoint
