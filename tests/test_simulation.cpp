// One simulation: initial states, trial sets of different size, independent trials, speed.
#include "sim/random.hpp"
#include "sim/recorder.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr std::uint64_t seed = 41;

std::string any_kind() { return GENERATE(std::string("leaky_rate"), std::string("leaky_current")); }
Nonlinearity any_nonlinearity() {
  return GENERATE(Nonlinearity::tanh, Nonlinearity::relu, Nonlinearity::softplus, Nonlinearity::logistic);
}

}  // namespace

TEST_CASE("a simulation runs trial sets of any size, one after another, as a new one would") {
  for (const auto method : {Method::euler, Method::exponential_euler, Method::rk4, Method::dopri5})
    for (const std::string synapse_kind : {"none", "tcr"}) {
      const Integration integration{method, 5, 1e-8};
      const auto network = random_network("leaky_rate", Nonlinearity::tanh, 6, 1.2, 5);
      Simulation<double> kept(network, integration);
      INFO("method " << static_cast<int>(method) << ", synapse " << synapse_kind);
      for (const auto& [steps, batch] : {std::pair<Index, Index>{6, 3}, {9, 5}, {4, 2}, {12, 8}}) {
        const auto trials = noisy_trials(2, steps, batch, 7);
        Assignments chosen = {{"synapse.kind", synapse_kind}};
        if (synapse_kind == "tcr") chosen.emplace_back("synapse.form", "dense");
        const auto first = synapse_for(network, integration, steps, chosen),
                   second = synapse_for(network, integration, steps, chosen);
        Simulation<double> fresh(network, integration);
        CHECK(identical(kept.run(trials, {1, 0}, *first).outputs, fresh.run(trials, {1, 0}, *second).outputs));
      }
      Synapse<double> none;
      const auto trials = noisy_trials(2, 6, 3, 8);  // and with a synapse of another size
      CHECK(identical(kept.run(trials, {1, 0}, none).outputs, simulate(network, integration, trials).outputs));
    }
}

TEST_CASE("a run without trials is refused, whatever the method") {
  for (const auto method : {Method::euler, Method::rk4, Method::dopri5}) {
    const auto network = random_network("leaky_rate", Nonlinearity::tanh, 6, 1.2, 5);
    Simulation<double> simulation(network, {method, 5, 1e-8});
    Synapse<double> none;
    CHECK_THROWS_WITH(simulation.run(noisy_trials(2, 6, 0, 7), {1, 0}, none), Catch::Contains("trials = 0: must be 1"));
  }
}

TEST_CASE("trials start from r0, or from phi of normal currents of SD 0.1") {
  const std::string kind = GENERATE(std::string("leaky_rate"), std::string("leaky_current"), std::string("rnn_map"));
  auto network = random_network(kind, any_nonlinearity(), 50, 1, seed);
  const auto trials = noisy_trials(2, 1, 400, seed);
  const auto fixed = simulate(network, {Method::euler, 5, 0}, trials);
  CHECK(identical(fixed.state.leftCols(400), network.r0.replicate(1, 400)));

  network.r0.resize(0);
  const Array start = simulate(network, {Method::euler, 5, 0}, trials).state.leftCols(400);
  // Back to the current: phi(x) for x = .1 N(0,1), drawn by the stream of each trial
  Array expected(50, 400);
  for (Index b = 0; b < 400; ++b)
    Stream(TrialKey{}.seed, Purpose::initial_state, 0, static_cast<std::uint64_t>(b)).fill_normal(expected.col(b), 0.1);
  const double n = 50 * 400;
  CHECK(std::abs(std::sqrt(expected.squaredNorm() / n) - 0.1) <
        4 * 0.1 / std::sqrt(2 * n));  // four standard errors of an SD
  if (kind != "leaky_current")
    for (auto& x : expected.reshaped()) x = phi(network.nonlinearity, x);
  CHECK(largest_difference(start, expected) < 1e-15);
}

TEST_CASE("a trial does not depend on the other trials of its batch, nor on the runs before it") {
  const auto method = GENERATE(Method::euler, Method::exponential_euler, Method::rk4, Method::dopri5);
  const auto network = random_network(any_kind(), Nonlinearity::tanh, 6, 2, seed);
  const auto trials = noisy_trials(2, 20, 4, seed);
  Simulation<double> simulation(network, {method, 32, 1e-6});
  Synapse<double> none;
  const auto first = simulation.run(trials, {}, none);
  const auto second = simulation.run(trials, {}, none);
  CHECK(identical(first.state, second.state));
  for (Index b = 0; b < trials.batch; ++b) {
    auto alone = TrialSet<double>::zeros(2, 2, trials.steps, 1);
    alone.inputs = of_trial(trials.inputs, trials.batch, b);
    CHECK(largest_difference(simulate(network, {method, 32, 1e-6}, alone).state,
                             of_trial(first.state, trials.batch, b)) < 1e-13);
  }
}

TEST_CASE("population speed is the root mean square of rate changes per second, over valid steps") {
  const auto network = random_network("leaky_rate", any_nonlinearity(), 8, 1.5, seed);
  auto trials = noisy_trials(2, 30, 3, seed);
  trials.length = {30, 12, 21};
  Simulation<double> simulation(network, {Method::euler, 4, 0});
  Synapse<double> none;
  const auto& run = simulation.run(trials, {}, none);
  double sum = 0;
  for (Index b = 0; b < 3; ++b) {
    const Array r = of_trial(run.state, 3, b);
    for (Index t = 0; t < trials.length[static_cast<std::size_t>(b)]; ++t)
      sum += ((r.col(t + 1) - r.col(t)) / 0.004).squaredNorm();
  }
  CHECK(population_speed(simulation, trials) ==
        Approx(std::sqrt(sum / (8 * (30 + 12 + 21)))).epsilon(1e-12));  // rounding

  // One leaky current x = exp(-t/tau) with r = tanh(x): dr/dt = -(1 - r^2) x / tau
  auto neuron = random_network("leaky_current", Nonlinearity::tanh, 1, 0, seed);
  neuron.W_in.setZero();
  neuron.b.setZero();
  neuron.r0.setOnes();
  neuron.tau_ms.setConstant(40);
  const auto silence = noisy_trials(2, 16, 1, seed);
  Simulation<double> decay(neuron, {Method::exponential_euler, 2, 0});
  decay.run(silence, {}, none);
  double squares = 0;
  for (int t = 0; t < 16; ++t) {
    const double x = std::exp(-2 * t / 40.);
    squares += std::pow((1 - std::pow(std::tanh(x), 2)) * x / 0.040, 2) / 16;
  }
  CHECK(population_speed(decay, silence) == Approx(std::sqrt(squares)).epsilon(1e-12));  // rounding
}

TEST_CASE("what a synapse does is recorded from its state, and refused where it keeps none") {
  const auto network = random_network("leaky_rate", Nonlinearity::tanh, 6, 1.2, 5);
  const Integration integration{Method::euler, 5, 1e-8};
  const auto trials = noisy_trials(2, 6, 3, 7);
  const auto of_kind = [](const std::string& kind) { return std::pair(std::string("synapse.kind"), kind); };
  const std::pair<std::string, std::string> dense = {"synapse.form", "dense"};
  const std::vector<std::pair<Assignments, std::vector<std::string>>> kept = {
      {{of_kind("tcr"), {"synapse.form", "history"}}, {}},         {{of_kind("tcr"), {"synapse.form", "chunked"}}, {}},
      {{of_kind("tcr"), dense, {"synapse.current", "yoked"}}, {}}, {{of_kind("tcr"), dense}, {"current", "synapse"}},
      {{of_kind("tsodyks_markram")}, {"efficacy", "synapse"}},     {{of_kind("none")}, {}}};
  for (const auto& [chosen, recorded] : kept)
    for (const std::string name : {"efficacy", "current", "synapse"}) {
      const auto synapse = synapse_for(network, integration, trials.steps, chosen);
      Simulation<double> simulation(network, integration);
      INFO(chosen.front().second << " " << chosen.back().second << " " << name);
      const auto record = [&] {
        Recorder recorder({name}, 1, simulation, *synapse, trials.steps, trials.batch);
        simulation.begin(trials, {1, 0}, *synapse);
        recorder.observe(0);
      };
      if (std::find(recorded.begin(), recorded.end(), name) != recorded.end())
        CHECK_NOTHROW(record());
      else
        CHECK_THROWS_WITH(record(), Catch::StartsWith("record = " + name));
    }
}
