#include "plasticity/gradient_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plasticity/short_term/short_term.hpp"
#include "sim/blas.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

/// Which units are on the rising side of a relu, at every step and trial.
Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic> active_set(const Simulation<double>& simulation) {
  const auto& run = simulation.trajectory();
  const auto& kinked = run.rate.size() > 0 ? run.rate : run.activation;
  return kinked.array() > 0;
}

}  // namespace

Gradient<double> central_differences(const Network<double>& original, const Integration& integration,
                                     const Noise& noise, const TrialSet<double>& trials, TrialKey key,
                                     Synapse<double>& synapse, TemporalConsistency<double>* consistency, double step) {
  Network<double> network = original;
  Simulation<double> simulation(network, integration, noise);
  Gradient<double> differences;
  set_zero(differences, network);
  if (network.has_factors()) differences.W.resize(0, 0);
  Matrix<double> error;
  const bool has_kinks = network.nonlinearity == Nonlinearity::relu;
  const auto loss = [&] {
    const double task = run_with_rules<double>(simulation, trials, key, synapse, {}, error, consistency).loss;
    return consistency ? task + consistency->energy() : task;
  };
  Turns turns("weights", flattened(differences).size());
  for_each_flat_array(network, differences, [&](const std::string& name, auto weights, auto difference) {
    for (Index i = 0; i < weights.size(); ++i, ++turns.done) {
      if (name == "W" && network.mask.size() > 0 && network.mask(i) == 0) continue;
      const double w = weights(i), h = step * std::max(1.0, std::abs(w));  // 1e-5: error ~ 1e-10, rounding ~ 1e-11
      weights(i) = w + h;
      const double above = loss();
      const auto active = has_kinks ? active_set(simulation) : Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>();
      weights(i) = w - h;
      const double below = loss();
      weights(i) = w;
      difference(i) = has_kinks && (active != active_set(simulation)).any() ? std::numeric_limits<double>::quiet_NaN()
                                                                            : (above - below) / (2 * h);
    }
  });
  return differences;
}

GradientCheck check_gradient(const Network<double>& original, const Integration& integration, const Noise& noise,
                             const TrialSet<double>& trials, TrialKey key, Synapse<double>& synapse, Rule<double>& rule,
                             TemporalConsistency<double>* consistency) {
  const ProductsOnOneThread products;
  Network<double> network = original;
  Simulation<double> simulation(network, integration, noise);
  simulation.keep_current(synapse.drives());
  ReplayedSynapse<double> frozen;
  frozen.load(simulation.run(trials, key, synapse));
  simulation.keep_current(false);

  Gradient<double> gradient;
  Matrix<double> error;
  const Matrix<double> feedback = network.W_out.transpose();
  run_and_learn(simulation, trials, key, frozen, rule, feedback, error, gradient, consistency);
  if (network.mask.size() > 0) gradient.W.array() *= network.mask.array();
  to_factors(network, gradient);

  GradientCheck best;
  for (const double step : {1e-5, 1e-6, 1e-7}) {
    GradientCheck found;
    found.differences = central_differences(network, integration, noise, trials, key, frozen, consistency, step);
    const auto differences = flattened(found.differences);
    const auto known = (differences.array() == differences.array()).eval();  // not NaN
    const auto truth = known.select(differences, 0).eval(), claimed = known.select(flattened(gradient), 0).eval();
    found.largest_difference = (truth - claimed).cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
    found.largest_gradient = truth.cwiseAbs().maxCoeff();
    found.skipped = truth.size() - known.count();
    found.checked = known.count() - (network.mask.array() == 0).count();
    if (step == 1e-5 || found.relative() < best.relative()) best = found;
    if (best.relative() < 1e-6) break;
  }
  return best;
}

}  // namespace stillpoint
