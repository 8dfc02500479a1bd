#include "experiments/controls.hpp"

#include <cmath>
#include <functional>

#include "analysis/lyapunov.hpp"

namespace stillpoint {

namespace {

constexpr Index speed_trials = 256;

std::unique_ptr<Synapse<double>> synapse_of(const TrainingSetting& setting, const Network<double>& network,
                                            const Options& options, Index steps) {
  return make_synapse<double>(
      {options, setting.integration, setting.noise, network.mask.size() > 0, network.size(), steps});
}

double speed(const TrainingSetting& setting, const Network<double>& network, const Options& options) {
  const auto trials = setting.trials({setting.seed, 0}, speed_trials);
  const auto synapse = synapse_of(setting, network, options, trials.steps);
  Simulation<double> simulation(network, setting.integration, setting.noise);
  simulation.run(trials, {setting.seed, 0}, *synapse);
  return population_speed(simulation, trials);
}

double exponent(const TrainingSetting& setting, const Network<double>& network, Options options) {
  if (options.text("synapse.kind") == "tcr") options.set("synapse.form", "dense");
  const auto synapse = synapse_of(setting, network, options, 1);
  return leading_lyapunov_exponent(network, setting.integration, *synapse, setting.trials, setting.seed).per_second;
}

/// Bisects log(factor) between low and high until |property - target| <= tolerance; increasing tells the sign of the
/// slope.
Match bisect(const std::function<double(double)>& property, double low, double high, bool increasing, double target,
             double tolerance) {
  Match best;
  best.target = target;
  best.before = best.achieved = property(1);
  for (int i = 0; i < 30 && std::abs(best.achieved - target) > tolerance; ++i) {
    const double middle = std::sqrt(low * high), value = property(middle);
    if (std::abs(value - target) < std::abs(best.achieved - target)) {
      best.factor = middle;
      best.achieved = value;
    }
    ((value < target) == increasing ? low : high) = middle;
  }
  return best;
}

}  // namespace

Match match_control(const TrainingSetting& setting, Network<double>& network) {
  const auto& options = setting.options;
  const auto& property = options.text("control.match");
  if (property == "none") return {};
  Options with_tcr = options;
  with_tcr.set("synapse.kind", "tcr");

  const bool by_speed = property == "speed";
  const auto scaled = [&](double factor) {
    Network<double> copy = network;
    if (by_speed)
      copy.tau_ms *= factor;
    else
      copy.W *= factor;
    return copy;
  };
  Match match;
  if (by_speed) {
    const double target = speed(setting, network, with_tcr);
    const double shortest = setting.integration.dt_ms / network.tau_ms.minCoeff();
    match = bisect([&](double factor) { return speed(setting, scaled(factor), options); }, shortest, 100, false, target,
                   0.02 * target);
  } else {
    const double target = exponent(setting, network, with_tcr);
    match =
        bisect([&](double factor) { return exponent(setting, scaled(factor), options); }, 0.01, 1, true, target, 0.05);
  }
  match.property = property;
  network = scaled(match.factor);
  return match;
}

}  // namespace stillpoint
