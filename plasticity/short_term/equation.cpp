#include <fmt/format.h>

#include "plasticity/short_term/synapses.hpp"

namespace stillpoint {

namespace {
/// Jointly integrated, as a differential equation is; it is handed over without a step, of which 2^-10 ms is no limit.
constexpr Integration joint{Method::rk4, 0x1p-10, 0};
}  // namespace

std::shared_ptr<Synapse<double>> as_equation(const SynapseModel& model, const Network<double>& network) {
  std::shared_ptr<Synapse<double>> synapse = model.make<double>(synapse_context(network, joint, {}, 1));
  auto* continuous = synapse->continuous();
  require_parameter(continuous || (!synapse->drives() && !synapse->scales()), "synapse.kind", model.kind,
                    "is no differential equation");
  if (continuous) continuous->bind(network);
  return synapse;
}

}  // namespace stillpoint
