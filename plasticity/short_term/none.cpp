// Static synapses.
#include "plasticity/short_term/short_term.hpp"

namespace stillpoint {

SynapseKind none_synapse() {
  return {"none",
          "static synapses",
          {},
          [](const SynapseSetting&) { return std::make_unique<Synapse<float>>(); },
          [](const SynapseSetting&) { return std::make_unique<Synapse<double>>(); }};
}

}  // namespace stillpoint
