#include "analysis/points/joint_equations.hpp"

#include "analysis/points/current_stability.hpp"
#include "analysis/points/latent_equation.hpp"
#include "analysis/points/resting_synapse.hpp"

namespace stillpoint {

namespace {

Linearisation linearised(const System& system, const ContinuousSynapse<double>& synapse, const Vector<double>& y) {
  const auto reduced = current_linearisation_at(system, synapse, y);
  if (!reduced) return {joint_linearisation_at(system, synapse, y)};
  const Index N = system.dimension();
  const auto& mask = system.network().mask;
  const auto synapses = mask.size() > 0 ? static_cast<Index>(mask.sum()) : N * N;
  return {*reduced, remaining_eigenvalue(system, synapse), synapses - N};
}

}  // namespace

Equations joint_equations(const System& system, const ContinuousSynapse<double>* synapse) {
  if (!synapse) return equations_with_latent(system);
  auto equations = equations_with_synapse(system, *synapse);
  equations.linearised = [&system, synapse](const Vector<double>& y) { return linearised(system, *synapse, y); };
  const auto velocity = synapse->silent_at_rest() ? velocity_of(system) : resting_velocity(system, *synapse);
  equations.rest = [=, &system](const Vector<double>& y) -> std::optional<Vector<double>> {
    const auto x = find_root(velocity, y.head(system.dimension()));
    if (!x) return {};
    return with_resting_synapse(system, *synapse, *x);
  };
  return equations;
}

}  // namespace stillpoint
