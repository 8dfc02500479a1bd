// Weights of one's own, trained a little with e-prop and synapses that oppose change, then looked at: fixed points and
// Lyapunov exponents. No option texts, no files.
#include <cstdio>
#include <random>

#include "analysis/paths/lyapunov_spectrum.hpp"
#include "analysis/points/fixed_points.hpp"
#include "plasticity/rules/rules.hpp"
#include "plasticity/trainer.hpp"
#include "tasks/tasks.hpp"

using namespace stillpoint;

/// A leaky network of N neurons, W ~ N(0, g^2/N), for tasks with two inputs and one output.
Network<double> own_network(Index N, double g) {
  std::mt19937_64 generator(7);
  std::normal_distribution<double> normal;
  const auto draw = [&](Index rows, Index columns, double scale) -> Matrix<double> {
    return Matrix<double>::NullaryExpr(rows, columns, [&] { return scale * normal(generator); });
  };
  const double by_size = 1 / std::sqrt(static_cast<double>(N));
  Network<double> network;
  network.W = draw(N, N, g * by_size);
  network.W_in = draw(N, 2, 1);
  network.b = Vector<double>::Zero(N);
  network.W_out = draw(1, N, by_size);
  network.b_out = Vector<double>::Zero(1);
  network.tau_ms = Vector<double>::Constant(N, 50);
  network.check("own network");
  return network;
}

int main() {
  const auto task = make_task(EvidenceAccumulationParameters(), 5);

  TrainingSetting setting;
  setting.trials = [&](TrialKey key, Index count) { return task->draw(key, count); };
  setting.integration.dt_ms = 5;
  setting.learner.rule = e_prop();
  TcrParameters tcr;
  tcr.beta = 50;
  setting.synapse = tcr_synapse(tcr);
  setting.training.updates = 10;
  const auto trained = train<double>(setting, own_network(32, 1.2));
  std::printf("loss %.4f -> %.4f in %zu updates\n", trained.curve.loss.front(), trained.curve.loss.back(),
              trained.curve.loss.size());

  const System system(trained.final, Vector<double>::Zero(2), System::As::flow);
  const auto found = find_fixed_points(system);
  for (const auto& point : found.points)
    std::printf("fixed point, %ld unstable directions, residual %.1e\n", static_cast<long>(point.index),
                point.residual);

  SpectrumSetting spectrum;
  spectrum.exponents = 3;
  const auto exponents =
      lyapunov_spectrum(network_stepper(system), system.read(found.points.front().state), 1, spectrum);
  std::printf("leading exponents %.3g %.3g %.3g /s\n", exponents.per_second(0), exponents.per_second(1),
              exponents.per_second(2));
}
