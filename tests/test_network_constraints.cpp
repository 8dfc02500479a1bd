// Masks and Dale's law: kept by whatever learns, within the trial and by short-term synapses.
#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"
#include "tests/other_networks.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;
using namespace stillpoint::testing::other;

TEST_CASE("masks and the signs of Dale's law are kept exactly, whatever learns") {
  for (const std::string rule : {"bptt", "e_prop", "node_perturbation", "reward_hebbian", "oja"}) {
    const Assignments options = {{"network.excitatory", "0.75"},
                                 {"network.density", "0.5"},
                                 {"rule.name", rule},
                                 {"optimizer.rate", "0.1"},
                                 {"noise.weights", "0.3"}};
    const auto network = network_of(options, 16);
    LearningFixture<> room(options, network, T);
    for (std::uint64_t update = 0; update < 10; ++update)
      REQUIRE(room.learn_and_apply(random_trials(K, O, T, B, update), update));
    const auto& W = room.network.W;
    INFO(rule);
    CHECK((W.array() * (1 - network.mask.array())).isZero(0));
    CHECK((W.leftCols(12).array() >= 0).all());
    CHECK((W.rightCols(4).array() <= 0).all());
    CHECK((W - network.W).norm() > 0.1 * network.W.norm());
    CHECK((W.array() == 0).count() > (network.mask.array() == 0).count());  // some were held at 0
    CHECK_NOTHROW(room.network.check("after learning"));
  }
}

TEST_CASE("a change within the trial keeps the signs of Dale's law as well") {
  auto network = network_of({{"network.excitatory", "0.5"}}, 8);
  Optimizer<double> optimizer = optimizer_of(resolve_options({{"optimizer.name", "sgd"}, {"optimizer.rate", "10"}}));
  Gradient<double> gradient;
  set_zero(gradient, network);
  gradient.W = network.W;  // down the gradient, past 0
  optimizer.apply(network, gradient);
  CHECK(network.W.isZero(0));
}

TEST_CASE("under Dale's law W + S stays on its side in the temporal consistency synapse") {
  const Index N = 6;
  const Assignments options = {{"network.excitatory", "0.5"}, {"synapse.kind", "tcr"}, {"synapse.beta", "4000"}};
  const auto network = network_of(options, N);
  const auto resolved = resolve_options(options);
  const auto synapse = synapse_model(resolved).make<double>(synapse_context(network, integration, {}, T));
  Simulation<double> simulation(network, integration);
  simulation.keep_current(true);
  const auto trials = random_trials(K, O, T, 1, seed);
  const auto& run = simulation.run(trials, {seed, 0}, *synapse);
  Matrix<double> S = Matrix<double>::Zero(N, N);
  Index clipped = 0;
  for (Index t = 0; t < T; ++t) {
    for (Index i = 0; i < N; ++i) {
      double current = 0;
      for (Index j = 0; j < N; ++j) {
        const double sum = network.W(i, j) + S(i, j), allowed = j < 3 ? std::max(sum, 0.0) : std::min(sum, 0.0);
        clipped += allowed != sum;
        current += (allowed - network.W(i, j)) * run.state(j, t);
      }
      CHECK(run.current(i, t) == Approx(current).margin(1e-12));
    }
    for (Index i = 0; i < N; ++i) {
      const double f = run.activation(i, t), v = f - run.state(i, t), d = 1 - f * f;
      for (Index j = 0; j < N; ++j) S(i, j) += 5.0 / 200 * (-S(i, j) - 4000.0 / N * v * d * run.state(j, t));
    }
  }
  CHECK(clipped > 20);
}
