#include "plasticity/gradient_check.hpp"

#include <algorithm>
#include <cmath>

#include "plasticity/short_term/short_term.hpp"

namespace stillpoint {

namespace {

/// Which units are on the rising side of a relu, at every step and trial.
Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic> active_set(const Simulation<double>& simulation) {
  const auto& run = simulation.trajectory();
  const auto& kinked = run.rate.size() > 0 ? run.rate : run.attractor;
  return kinked.array() > 0;
}

}  // namespace

GradientCheck check_gradient(const Network<double>& original, const Integration& integration, const Noise& noise,
                             const TrialSet<double>& trials, TrialKey key, Synapse<double>& synapse,
                             Rule<double>& rule) {
  Network<double> network = original;
  Simulation<double> simulation(network, integration, noise);
  simulation.keep_current(synapse.drives());
  ReplayedSynapse<double> frozen;
  frozen.load(simulation.run(trials, key, synapse));
  simulation.keep_current(false);

  Gradient<double> gradient;
  Matrix<double> error;
  const Matrix<double> feedback = network.W_out.transpose();
  run_and_learn(simulation, trials, key, frozen, rule, feedback, error, gradient);
  if (network.mask.size() > 0) gradient.W.array() *= network.mask.array();

  GradientCheck result;
  const bool has_kinks = network.nonlinearity == Nonlinearity::relu;
  const auto loss = [&] { return score(simulation.run(trials, key, frozen).outputs, trials).loss; };
  for_each_array(network, gradient, [&](const std::string& name, auto weights, auto claimed) {
    for (Index i = 0; i < weights.size(); ++i) {
      if (name == "W" && network.mask.size() > 0 && network.mask(i) == 0) continue;
      const double w = weights(i),
                   h = 1e-5 * std::max(1.0, std::abs(w));  // error h^2 ~ 1e-10, rounding 1e-16 / h ~ 1e-11
      weights(i) = w + h;
      const double above = loss();
      const auto active = has_kinks ? active_set(simulation) : Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>();
      weights(i) = w - h;
      const double below = loss();
      weights(i) = w;
      if (has_kinks && (active != active_set(simulation)).any()) {
        ++result.skipped;
        continue;
      }
      const double difference = (above - below) / (2 * h);
      result.largest_difference = std::max(result.largest_difference, std::abs(difference - claimed(i)));
      result.largest_gradient = std::max(result.largest_gradient, std::abs(difference));
      ++result.checked;
    }
  });
  return result;
}

}  // namespace stillpoint
