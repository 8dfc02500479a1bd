// Static synapses.
#include "plasticity/short_term/synapses.hpp"

namespace stillpoint {

SynapseModel static_synapse() {
  return {"none", [](const SynapseContext&) { return std::make_unique<Synapse<float>>(); },
          [](const SynapseContext&) { return std::make_unique<Synapse<double>>(); }};
}

SynapseKind none_synapse_kind() {
  return {"none", "static synapses", {}, [](const Options&) { return static_synapse(); }};
}

}  // namespace stillpoint
