#include "experiments/runs/controls.hpp"

#include <cmath>
#include <functional>

#include "analysis/paths/lyapunov.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/runs/signals.hpp"

namespace stillpoint {

namespace {

double speed(const TrainingSetting& setting, const Network<double>& network, const SynapseModel& model) {
  const auto trials = setting.trials({setting.seed, 0}, match_trials);
  const auto synapse = model.make<double>(synapse_context(network, setting.integration, setting.noise, trials.steps));
  Simulation<double> simulation(network, setting.integration, setting.noise);
  simulation.run(trials, {setting.seed, 0}, *synapse);
  return population_speed(simulation, trials);
}

double exponent(const TrainingSetting& setting, const Network<double>& network, const SynapseModel& model) {
  const auto synapse = model.make<double>(synapse_context(network, setting.integration, setting.noise, 1));
  return leading_lyapunov_exponent(network, setting.integration, *synapse, setting.trials, setting.seed).per_second;
}

/// The factor nearest to 1 at which the property equals the target: steps of `ratio` away from 1 until the property has
/// crossed the target (it need not be monotone further out), then bisection of log(factor).
Match first_crossing(const std::function<double(double)>& property, double ratio, double limit, double target,
                     double tolerance) {
  Match best;
  best.target = target;
  best.before = best.achieved = property(1);
  const bool above = best.before > target;
  const auto try_factor = [&](double factor) {
    const double value = property(factor);
    if (std::abs(value - target) < std::abs(best.achieved - target)) {
      best.factor = factor;
      best.achieved = value;
    }
    return (value > target) == above;  // still on the first side
  };
  const auto matched = [&] { return best.achieved == target || std::abs(best.achieved - target) <= tolerance; };
  const auto within_limit = [&](double factor) { return ratio < 1 ? factor > limit : factor < limit; };
  double inner = 1, outer = ratio;
  while (!matched() && within_limit(outer) && try_factor(outer)) {
    inner = outer;
    outer *= ratio;
  }
  for (int i = 0; i < 30 && !matched() && within_limit(outer); ++i) {
    const double middle = std::sqrt(inner * outer);
    (try_factor(middle) ? inner : outer) = middle;
  }
  best.matched = matched();
  return best;
}

}  // namespace

Match match_control(const Options& options, const TrainingSetting& setting, Network<double>& network) {
  const auto& property = options.text("control.match");
  if (property == "none") return {};
  auto tcr = tcr_parameters(options);
  if (property == "chaos") tcr.form = TcrParameters::Form::dense;
  const auto with_tcr = tcr_synapse(tcr);

  const auto& varied = synapse_kind(options.text("synapse.kind")).matched_by;
  const bool by_synapse = !varied.option.empty(), by_speed = property == "speed";
  const auto scaled = [&](double factor) {
    Network<double> copy = network;
    if (by_speed && !by_synapse) copy.tau_ms *= factor;
    if (!by_speed)
      for (auto* weights : {&copy.W, &copy.M, &copy.bulk}) *weights *= factor;
    return copy;
  };
  const auto synapse_at = [&](double factor) {
    Match tried;
    tried.option = varied.option;
    tried.factor = factor;
    return synapse_model(as_matched(options, tried));
  };
  Match match;
  const auto property_of = [&](double factor) {
    if (StudySignals::stopped_by() != 0) throw SearchStopped();
    return by_speed ? speed(setting, scaled(factor), synapse_at(factor))
                    : exponent(setting, scaled(factor), setting.synapse);
  };
  if (by_speed) {
    const double target = speed(setting, network, with_tcr);
    const bool too_fast = property_of(1) > target;
    const double least = !by_synapse            ? setting.integration.dt_ms / network.tau_ms.minCoeff()
                         : varied.above.empty() ? 0.001
                                                : options.number(varied.above) / options.number(varied.option);
    const auto search = [&](bool upwards) {
      return first_crossing(property_of, upwards ? 1.2 : 1 / 1.2, upwards ? 100 : least, target, 0.02 * target);
    };
    match = search(too_fast);
    if (by_synapse && !match.matched) {  // V need not fall with its strength
      const auto other = search(!too_fast);
      if (std::abs(other.achieved - target) < std::abs(match.achieved - target)) match = other;
    }
  } else {
    match = first_crossing(property_of, 0.9, 0.01, exponent(setting, network, with_tcr), 0.05);
  }
  match.property = property;
  match.option = varied.option;
  network = scaled(match.factor);
  return match;
}

}  // namespace stillpoint
