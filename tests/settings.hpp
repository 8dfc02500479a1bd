// Small networks and trials shared by the tests of rules and training.
#pragma once

#include <string>
#include <vector>

#include "experiments/study/study.hpp"
#include "plasticity/trainer.hpp"
#include "sim/random.hpp"

namespace stillpoint::testing {

// What options say, made: the tests name what they set in the words of a study file.

inline Optimizer<double> optimizer_of(const Options& options) {
  return Optimizer<double>(optimizer_list().from(options));
}
inline Schedule schedule_of(const Options& options) {
  return Schedule(schedule_list().from(options), options.integer("training.updates"));
}
inline TemporalConsistency<double> consistency_of(const Options& options) {
  const auto parameters = temporal_consistency_list().from(options);
  require_place(parameters, rule_model(options).traits);
  return TemporalConsistency<double>(parameters);
}
template <class Scalar>
Learner<Scalar> learner_of(const Options& options, const Network<Scalar>& network, std::uint64_t seed) {
  return Learner<Scalar>(learner_parameters(options), network, seed, options.integer("training.updates"));
}
inline TrainingSetting setting_of(const Options& options, std::uint64_t seed, TrialSource trials) {
  auto setting = training_setting(options);
  setting.seed = seed;
  setting.trials = std::move(trials);
  return setting;
}

/// Random inputs, +-1 targets graded everywhere, of `steps` steps.
inline TrialSet<double> random_trials(Index inputs, Index outputs, Index steps, Index batch, std::uint64_t seed) {
  auto trials = TrialSet<double>::zeros(inputs, outputs, steps, batch);
  Stream stream(seed, Purpose::trial, 99);
  stream.fill_normal(trials.inputs);
  stream.fill_normal(trials.targets);
  trials.targets = trials.targets.array().sign();
  trials.mask.setOnes();
  return trials;
}

/// A network of the given kind with nonzero biases, so that no gradient vanishes by symmetry.
inline Network<double> random_network(const std::string& kind, const std::string& nonlinearity, Index size,
                                      Index inputs, Index outputs, std::uint64_t seed,
                                      const std::string& tau_ms = "50") {
  Assignments chosen = {{"network.kind", kind},
                        {"network.nonlinearity", nonlinearity},
                        {"network.size", std::to_string(size)},
                        {"network.gain", "1.5"}};
  if (!network_kind(kind).map) chosen.emplace_back("network.tau_ms", tau_ms);
  auto network = make_network(resolve_options(chosen), inputs, outputs, seed);
  Stream stream(seed, Purpose::recurrent_weights, 7);
  stream.fill_normal(network.b, 0.3);
  stream.fill_normal(network.b_out, 0.3);
  return network;
}

/// Keeps about `density` of the connections.
inline void make_sparse(Network<double>& network, double density, std::uint64_t seed) {
  Stream stream(seed, Purpose::recurrent_weights, 8);
  network.mask.resizeLike(network.W);
  for (auto& entry : network.mask.reshaped()) entry = stream.bernoulli(density) ? 1 : 0;
  network.W.array() *= network.mask.array();
}

}  // namespace stillpoint::testing
