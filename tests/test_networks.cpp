// Networks beside the leaky ones: their equations against others' transcriptions.
#include <cmath>

#include "sim/linear_algebra.hpp"
#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"
#include "tests/other_networks.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;
using namespace stillpoint::testing::other;

TEST_CASE("a piecewise-linear network is explicit Euler on leaky_current with relu") {
  auto leaky = random_network("leaky_current", "relu", 9, K, O, seed);
  leaky.W.diagonal().setZero();
  const double alpha = 5.0 / 50;
  auto map = network_of({{"network.kind", "plrnn"}}, 9);
  map.A.setConstant(1 - alpha);
  map.W = alpha * leaky.W;
  map.W_in = alpha * leaky.W_in;
  map.b = alpha * leaky.b;
  map.r0 = leaky.r0 = Vector<double>::LinSpaced(9, -1, 1);
  const auto trials = random_trials(K, O, 40, B, seed);
  Simulation<double> flow(leaky, integration), discrete(map, integration);
  Synapse<double> none;
  const auto& x = flow.run(trials, {seed, 0}, none).state;
  const auto& x_map = discrete.run(trials, {seed, 0}, none).state;
  CHECK((x - x_map).cwiseAbs().maxCoeff() < 1e-13);
  CHECK(x.rightCols(B).cwiseAbs().maxCoeff() > 0.1);
  CHECK((discrete.trajectory().read() - x_map).isZero(0));  // the readout sees x, not relu(x)
}

TEST_CASE("an lstm of two units does what is computed by hand") {
  // One input that is 1, W = 0 but for the forget gate of unit 0, which hears unit 1.
  Network<double> network = network_of({{"network.kind", "lstm"}}, 2);
  network.W.setZero();
  network.W(2, 1) = 2;
  network.W_in.setZero();
  network.W_in(0, 0) = std::log(3.0);      // i_0 = 3/4
  network.W_in(4, 0) = std::atanh(0.5);    // g_0 = 1/2
  network.W_in(5, 0) = std::atanh(-0.25);  // g_1 = -1/4
  network.b.setZero();                     // every other gate 1/2
  network.r0 = (Vector<double>(4) << 0, 0.5, 1, 2).finished();
  auto trials = TrialSet<double>::zeros(K, O, 1, 1);
  trials.inputs(0, 0) = 1;
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  const auto& run = simulation.run(trials, {seed, 0}, none);
  const double c_0 = 1 / (1 + std::exp(-1.0)) * 1 + 0.75 * 0.5, c_1 = 0.5 * 2 + 0.5 * -0.25;
  CHECK(run.state(2, 1) == Approx(c_0).epsilon(1e-14));
  CHECK(run.state(3, 1) == Approx(c_1).epsilon(1e-14));
  CHECK(run.state(0, 1) == Approx(0.5 * std::tanh(c_0)).epsilon(1e-14));
  CHECK(run.state(1, 1) == Approx(0.5 * std::tanh(c_1)).epsilon(1e-14));
}

TEST_CASE("an lstm follows its equations in extended precision") {
  const Index N = 7;
  const auto network = network_of({{"network.kind", "lstm"}, {"network.initial_state", "fixed"}}, N);
  const auto trials = random_trials(K, O, T, 1, seed);
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  const auto& run = simulation.run(trials, {seed, 0}, none);
  std::vector<long double> h(N), c(N);
  for (Index n = 0; n < N; ++n) {
    h[static_cast<std::size_t>(n)] = network.r0(n);
    c[static_cast<std::size_t>(n)] = network.r0(N + n);
  }
  const auto logistic = [](long double u) { return 1 / (1 + std::exp(-u)); };
  long double largest = 0;
  for (Index t = 0; t < T; ++t) {
    const auto before = h;
    for (Index n = 0; n < N; ++n) {
      long double u[4];
      for (Index gate = 0; gate < 4; ++gate) {
        const Index row = gate * N + n;
        u[gate] = network.b(row);
        for (Index j = 0; j < N; ++j) u[gate] += network.W(row, j) * before[static_cast<std::size_t>(j)];
        for (Index k = 0; k < K; ++k) u[gate] += network.W_in(row, k) * trials.inputs(k, t);
      }
      auto& cell = c[static_cast<std::size_t>(n)];
      cell = logistic(u[1]) * cell + logistic(u[0]) * std::tanh(u[2]);
      h[static_cast<std::size_t>(n)] = logistic(u[3]) * std::tanh(cell);
      largest = std::max(largest, std::abs(h[static_cast<std::size_t>(n)] - run.state(n, t + 1)));
    }
  }
  CHECK(static_cast<double>(largest) < 1e-14);
}

TEST_CASE("a low-rank network is the full network with the same weights, and its rank never grows") {
  const Assignments options = {
      {"network.kind", "low_rank"}, {"network.rank", "2"}, {"rule.name", "e_prop"}, {"optimizer.rate", "0.05"}};
  const auto low = network_of(options, 12);
  auto full = low;
  full.kind = "leaky_rate";
  full.W = low.M * low.V.transpose() / 12;
  full.M.resize(0, 0);
  full.V.resize(0, 0);
  CHECK((full.W - low.recurrent()).isZero(1e-15));
  const auto trials = random_trials(K, O, T, B, seed);
  Synapse<double> none;
  Simulation<double> a(low, integration), b(full, integration);
  CHECK((a.run(trials, {seed, 0}, none).state - b.run(trials, {seed, 0}, none).state).cwiseAbs().maxCoeff() < 1e-13);

  LearningFixture<> room(options, low, T);
  for (std::uint64_t update = 0; update < 20; ++update) REQUIRE(room.learn_and_apply(trials, update));
  CHECK((room.network.recurrent() - low.recurrent()).norm() > 0.1 * low.recurrent().norm());
  CHECK(singular_values_of(room.network.recurrent())(2) < 1e-12);
}

TEST_CASE("the bulk of a low-rank network does not learn") {
  const Assignments options = {{"network.kind", "low_rank"}, {"network.bulk", "1.2"}};
  const auto network = network_of(options, 10);
  LearningFixture<> room(options, network, T);
  REQUIRE(room.learn_and_apply(random_trials(K, O, T, B, seed)));
  CHECK(room.network.bulk == network.bulk);
  CHECK(room.network.M != network.M);
}

TEST_CASE("a trained initial state learns, a fixed one does not, and others are drawn for each trial") {
  for (const std::string state : {"random", "fixed", "trained"}) {
    const Assignments options = {{"network.initial_state", state}, {"rule.name", "bptt"}};
    const auto network = network_of(options);
    LearningFixture<> room(options, network, T);
    REQUIRE(room.learn_and_apply(random_trials(K, O, T, B, seed)));
    const auto start = room.run().at(room.run().state, 0);
    CHECK((start.col(0) == start.col(1)) == (state != "random"));
    CHECK((room.network.r0 == network.r0) == (state != "trained"));
  }
}

TEST_CASE("what a network cannot do is refused in one line that says why") {
  const auto refusal = [](Assignments options) -> std::string {
    try {
      const auto resolved = resolve_options(options);
      const auto network = make_network(resolved, K, O, seed);
      make_dynamics(network, make_integration(resolved));
      const auto learner = learner_of<double>(resolved, network, seed);
    } catch (const UserError& problem) {
      return problem.what();
    }
    return "";
  };
  CHECK(refusal({{"network.kind", "low_rank"}, {"network.rank", "101"}}).find("network.rank = 101") == 0);
  CHECK(refusal({{"network.excitatory", "1"}}).find("network.excitatory = 1") == 0);
  CHECK(refusal({{"network.size", "3"}, {"network.excitatory", "0.01"}}).find("network.excitatory") == 0);
  CHECK(refusal({{"network.weights", "orthogonal"}, {"network.density", "0.5"}}).find("network.weights") == 0);
  CHECK(refusal({{"network.kind", "lstm"}, {"rule.name", "uoro"}}).find("network.kind = lstm") == 0);
  CHECK(refusal({{"network.kind", "lstm"}, {"rule.name", "e_prop"}, {"rule.form", "online"}}).find("rule.form") == 0);
  CHECK(refusal({{"network.kind", "low_rank"}, {"rule.name", "oja"}}).find("network.kind = low_rank") == 0);
  CHECK(refusal({{"network.kind", "plrnn"}, {"rule.name", "full_force"}}).find("rule.name = full_force") == 0);
  CHECK(refusal({{"network.kind", "plrnn"}, {"integration.method", "exponential_euler"}}).find("integration.method") ==
        0);
  CHECK(refusal({{"network.kind", "low_rank"}, {"noise.weights", "0.1"}}).find("noise.weights") == 0);
  CHECK(refusal({{"network.initial_state", "trained"}, {"rule.name", "uoro"}}).find("network.initial_state") == 0);
  CHECK(refusal({{"training.parameters", "M A"}}).find("training.parameters = M A") == 0);
  CHECK(refusal({{"network.rate_hz", "50"}}).find("network.rate_hz") == 0);
  CHECK(refusal({{"network.start_noise", "0.1"}}).find("network.start_noise = 0.1") == 0);
  CHECK(refusal({{"network.start", "/nowhere.h5"}}).find("/nowhere.h5") == 0);
}
