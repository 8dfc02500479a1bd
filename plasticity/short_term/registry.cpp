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
  std::vector<std::string> names;
  for (const auto& kind : synapse_kinds()) names.push_back(kind.name);
  return choice_option("synapse.kind", "none", names, "short-term plasticity of the recurrent synapses");
}

const SynapseKind& synapse_kind(const std::string& name) {
  synapse_kind_option().check(name);
  for (const auto& kind : synapse_kinds())
    if (kind.name == name) return kind;
  throw std::logic_error("synapse kind");
}

SynapseModel synapse_model(const Options& options) { return synapse_kind(options.text("synapse.kind")).model(options); }

}  // namespace stillpoint
