// What the benchmarks time: one update of the weights as the trainer makes it, on random trials, in single precision.
#pragma once

#include "experiments/study.hpp"
#include "plasticity/loss.hpp"
#include "plasticity/optimizer.hpp"
#include "plasticity/rule.hpp"
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
        synapse_(make_synapse<float>(
            {options_, make_integration(options_), make_noise(options_), false, shape.neurons, shape.steps})),
        rule_(make_rule<float>(options_)),
        feedback_(options_, shape.neurons, output_channels, seed),
        optimizer_(options_) {}

  /// Runs the trials; a rule that learns online sees every step.
  void forward() {
    simulation_.begin(trials_, {seed, update_}, *synapse_);
    if (!rule_->online()) {
      for (Index t = 0; t < trials_.steps; ++t) simulation_.step(t);
    } else {
      const auto lesson = this->lesson();
      const auto& run = simulation_.trajectory();
      rule_->begin(simulation_, trials_);
      for (Index t = 0; t < trials_.steps; ++t) {
        simulation_.step(t);
        step_error_ = (network_.W_out * run.at(run.rates(), t + 1)).colwise() + network_.b_out;
        step_error_ =
            (2 / trials_.mask.sum()) * run.at(trials_.mask, t).cwiseProduct(step_error_ - run.at(trials_.targets, t));
        rule_->step(t, lesson, step_error_);
      }
    }
    simulation_.finish();
  }
  /// The loss, its derivative and the gradient of the last forward pass.
  void backward() {
    const auto& outputs = simulation_.trajectory().outputs;
    loss_ = score(outputs, trials_).loss;
    loss_error(outputs, trials_, error_);
    const auto lesson = this->lesson();
    rule_->gradient(lesson, gradient_);
    readout_gradient(lesson, gradient_);
  }
  /// Clips the last gradient and changes the weights.
  void apply() { optimizer_.apply(network_, gradient_); }

  void update() {
    forward();
    backward();
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
  Lesson<float> lesson() { return {simulation_, trials_, error_, feedback_.of(network_)}; }

  Options options_;
  TrialSet<float> trials_;
  Network<float> network_;
  Simulation<float> simulation_;
  std::unique_ptr<Synapse<float>> synapse_;
  std::unique_ptr<Rule<float>> rule_;
  Feedback<float> feedback_;
  Optimizer<float> optimizer_;
  Gradient<float> gradient_;
  Matrix<float> error_, step_error_;
  double loss_ = 0;
  std::uint64_t update_ = 0;
};

}  // namespace stillpoint::bench
