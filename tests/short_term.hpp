// Settings shared by the tests of short-term synapses.
//
// Rounding: over some 60 steps of numbers of order one, two ways to the same trajectory differ by less than 1e-12 in
// double and 1e-4 in float.
#pragma once

#include <algorithm>

#include "plasticity/short_term/tcr.hpp"
#include "tests/problems.hpp"

namespace stillpoint::problems {

inline constexpr std::uint64_t seed = 57;
inline constexpr Index N = 9, T = 60, B = 3;
inline constexpr double dt_ms = 5, beta = 60, tau_s_ms = 90, rounding = 1e-12;
inline const Integration euler{Method::euler, dt_ms, 1e-8};

inline Assignments tcr(const std::string& form, const Assignments& more = {}) {
  Assignments all = {
      {"synapse.kind", "tcr"}, {"synapse.form", form}, {"synapse.beta", "60"}, {"synapse.tau_s_ms", "90"}};
  for (const auto& [name, value] : more) {
    all.erase(
        std::remove_if(all.begin(), all.end(), [&, option = name](const auto& entry) { return entry.first == option; }),
        all.end());
    all.emplace_back(name, value);
  }
  return all;
}

inline std::string any_kind() { return GENERATE(std::string("leaky_rate"), std::string("leaky_current")); }
inline std::string any_form() { return GENERATE(std::string("dense"), std::string("history"), std::string("chunked")); }
inline Network<double> tanh_network(const std::string& kind) {
  return random_network(kind, Nonlinearity::tanh, N, 1.3, seed);
}
inline TrialSet<double> random_trials(Index batch = B) { return noisy_trials(2, T, batch, seed); }

template <class Scalar>
Trajectory<Scalar> run(const Network<double>& network, const Assignments& synapse,
                       const TrialSet<double>& trials = random_trials(), const Integration& integration = euler,
                       TrialKey key = {}) {
  const auto cast = network.cast<Scalar>();
  const auto made = synapse_for<Scalar>(cast, integration, trials.steps, synapse);
  return simulate<Scalar>(cast, integration, trials.cast<Scalar>(), *made, {}, key);
}
inline Trajectory<double> run(const Network<double>& network, const Assignments& synapse, TrialKey key) {
  return run<double>(network, synapse, random_trials(), euler, key);
}

/// S(t) of one trial as an N x N matrix, from the packed state of a transcription.
inline Array synapses(const Array& path, Index t) { return Eigen::Map<const Array>(path.col(t).data() + N, N, N); }

/// The dense synapse after `steps` steps; its state is S of each trial, column by column.
template <class Use>
void with_dense_state(const Network<double>& network, const Assignments& assignments, TrialKey key, Index steps,
                      Use use) {
  const auto trials = random_trials();
  const auto synapse = synapse_for(network, euler, T, assignments);
  Simulation<double> simulation(network, euler);
  simulation.begin(trials, key, *synapse);
  for (Index t = 0; t < steps; ++t) simulation.step(t);
  use(simulation.trajectory(), synapse->continuous()->state());
}

inline Network<double> sparse_network(const std::string& kind) {
  auto network = tanh_network(kind);
  network.mask = (normal_array(N, N, seed + 20).array() > 0).cast<double>();
  network.W.array() *= network.mask.array();
  return network;
}

}  // namespace stillpoint::problems
