// What the benchmarks time: one update of the weights as the trainer makes it, on random trials, in single precision.
#pragma once

#include "experiments/study/study.hpp"
#include "plasticity/learner.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "sim/random.hpp"

namespace stillpoint::bench {

constexpr Index input_channels = 2, output_channels = 1;

struct Shape {
  Index neurons, batch, steps;
};

/// Gaussian inputs, targets +-1, graded in the second half of each trial.
inline TrialSet<float> random_trials(const Shape& shape) {
  auto trials = TrialSet<float>::zeros(input_channels, output_channels, shape.steps, shape.batch);
  Stream stream(1, Purpose::trial);
  stream.fill_normal(trials.inputs);
  for (auto& target : trials.targets.reshaped()) target = stream.bernoulli(0.5) ? 1.f : -1.f;
  trials.mask.rightCols((shape.steps + 1) / 2 * shape.batch).setOnes();
  return trials;
}

/// A network, its synapse, its rule and its optimizer, made from options as a run of the program makes them.
class Workload {
 public:
  Workload(const Shape& shape, Assignments assignments)
      : options_(resolve(shape, std::move(assignments))),
        trials_(random_trials(shape)),
        network_(make_network(options_, input_channels, output_channels, seed).cast<float>()),
        simulation_(network_, make_integration(options_), make_noise(options_)),
        synapse_(synapse_model(options_).make<float>(
            synapse_context(network_, make_integration(options_), make_noise(options_), shape.steps))),
        learner_(learner_parameters(options_), network_, seed, options_.integer("training.updates")) {}

  /// Runs the trials and learns nothing.
  void forward() { simulation_.run(trials_, {seed, update_}, *synapse_); }
  /// Runs the trials and computes what the rule makes of them.
  void learn() { loss_ = learner_.learn(network_, simulation_, trials_, {seed, update_}, *synapse_).loss; }
  /// Changes the weights by what was learned last.
  void apply() { learner_.apply(network_, {seed, update_}); }

  void update() {
    learn();
    apply();
    ++update_;
  }

  double loss() const { return loss_; }
  const Network<float>& network() const { return network_; }
  const TrialSet<float>& trials() const { return trials_; }

 private:
  static constexpr std::uint64_t seed = 1;

  static Options resolve(const Shape& shape, Assignments assignments) {
    assignments.emplace_back("network.size", std::to_string(shape.neurons));
    return resolve_options(assignments);
  }

  Options options_;
  TrialSet<float> trials_;
  Network<float> network_;
  Simulation<float> simulation_;
  std::unique_ptr<Synapse<float>> synapse_;
  Learner<float> learner_;
  double loss_ = 0;
  std::uint64_t update_ = 0;
};

}  // namespace stillpoint::bench
