// A network, its simulation and its learner, ready for trial sets: what the tests of learning rules share.
#pragma once

#include <memory>
#include <string>

#include "plasticity/learner.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "tests/settings.hpp"

namespace stillpoint::testing {

/// Learns on a copy of a network, as training does: learn, then apply.
template <class Scalar = double>
struct LearningFixture {
  static constexpr std::uint64_t seed = 3;
  Options options;
  Network<Scalar> network;
  Integration integration;
  Simulation<Scalar> simulation;
  std::unique_ptr<Synapse<Scalar>> synapse;
  Learner<Scalar> learner;

  LearningFixture(const Assignments& chosen, const Network<double>& initial, Index steps)
      : options(resolve_options(chosen)),
        network(initial.cast<Scalar>()),
        integration(make_integration(options)),
        simulation(network, integration),
        synapse(synapse_model(options).make<Scalar>(synapse_context(initial, integration, {}, steps))),
        learner(learner_of(options, network, seed)) {
    learner.check(*synapse);
  }

  Score learn(const TrialSet<double>& trials, std::uint64_t update = 0) {
    return learner.learn(network, simulation, trials.cast<Scalar>(), {seed, update}, *synapse);
  }
  bool apply(std::uint64_t update = 0) { return learner.apply(network, {seed, update}); }
  bool learn_and_apply(const TrialSet<double>& trials, std::uint64_t update = 0) {
    learn(trials, update);
    return apply(update);
  }
  const Trajectory<Scalar>& run() const { return simulation.trajectory(); }
};

/// Gives a network a fixed initial state (no draw depends on the update any more) and, on request, feedback of its
/// readout.
inline Network<double> settled(Network<double> network, bool with_feedback = false) {
  network.r0 = Vector<double>::LinSpaced(network.size(), -0.5, 0.6);
  if (with_feedback) {
    network.W_fb.resize(network.size(), network.outputs());
    Stream stream(17, Purpose::feedback_weights, 2);
    for (auto& weight : network.W_fb.reshaped()) weight = stream.uniform(-1, 1);
  }
  return network;
}

/// Ends trial b after `length[b]` steps: what lies beyond is not graded.
inline void end_trials(TrialSet<double>& trials, std::vector<Index> length) {
  trials.length = std::move(length);
  for (Index t = 0; t < trials.steps; ++t)
    for (Index b = 0; b < trials.batch; ++b)
      if (!trials.valid(t, b)) trials.mask.col(trials.column(t, b)).setZero();
}

template <class A, class B>
double relative_difference(const A& a, const B& b) {
  return (a - b).norm() / b.norm();
}

/// All weights of a network as one column.
template <class Scalar>
Vector<double> weights_of(const Network<Scalar>& network) {
  Vector<Scalar> all(network.W.size() + network.W_in.size() + network.b.size() + network.W_out.size() +
                     network.b_out.size());
  all << network.W.reshaped(), network.W_in.reshaped(), network.b, network.W_out.reshaped(), network.b_out;
  return all.template cast<double>();
}

}  // namespace stillpoint::testing
