// Networks beside the leaky ones: their equations against others' transcriptions, their gradients against finite
// differences, their constraints after learning.
#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <cmath>
#include <filesystem>

#include "plasticity/gradient_check.hpp"
#include "sim/files/network_file.hpp"
#include "sim/initial_weights.hpp"
#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index K = 2, O = 2, T = 12, B = 3;
constexpr std::uint64_t seed = 20;
const Integration integration{Method::euler, 5, 0};

/// A network of `options`, with biases, so that no gradient vanishes by symmetry.
Network<double> network_of(Assignments options, Index size = 6) {
  options.emplace_back("network.size", std::to_string(size));
  auto network = make_network(resolve_options(options), K, O, seed);
  Stream stream(seed, Purpose::recurrent_weights, 7);
  for (auto& b : network.b) b += 0.3 * stream.normal();
  return network;
}

const std::vector<Assignments> other_networks = {
    {{"network.kind", "plrnn"}},
    {{"network.kind", "lstm"}},
    {{"network.kind", "low_rank"}, {"network.rank", "2"}},
    {{"network.kind", "low_rank"}, {"network.rank", "1"}, {"network.bulk", "0.9"}},
    {{"network.kind", "leaky_current"}, {"network.excitatory", "0.7"}, {"network.density", "0.7"}},
    {{"network.kind", "leaky_rate"}, {"network.modules", "2"}, {"network.tau_spread", "0.3"}},
};

std::string name_of(const Assignments& options) {
  std::string text;
  for (const auto& [option, value] : options) text += option + "=" + value + " ";
  return text;
}

Vector<double> singular_values(const Matrix<double>& W) { return Eigen::JacobiSVD<Matrix<double>>(W).singularValues(); }

}  // namespace

TEST_CASE("BPTT equals central differences for every other network, initial state and loss on the trajectory") {
  for (const auto& options : other_networks)
    for (const std::string state : {"random", "trained"})
      for (const std::string form : {"none", "loss"}) {
        auto chosen = options;
        chosen.emplace_back("network.initial_state", state);
        const auto network = network_of(chosen);
        chosen.insert(chosen.end(), {{"rule.name", "bptt"}, {"tcr.form", form}, {"tcr.lambda", "0.7"}});
        const auto resolved = resolve_options(chosen);
        auto consistency = consistency_of(resolved);
        auto trials = random_trials(K, O, T, B, seed);
        end_trials(trials, {12, 7, 10});
        Synapse<double> fixed;
        const auto rule = make_rule<double>(resolved);
        const auto check = check_gradient(network, integration, {}, trials, {seed, 0}, fixed, *rule,
                                          form == "loss" ? &consistency : nullptr);
        INFO(name_of(chosen) << ": difference " << check.largest_difference << ", gradient " << check.largest_gradient
                             << ", skipped " << check.skipped);
        CHECK(check.relative() < 1e-6);
        CHECK(check.largest_gradient > 1e-4);
        CHECK(check.skipped * 20 <= check.checked);
        if (state == "trained") CHECK(check.differences.r0.cwiseAbs().maxCoeff() > 1e-6);
        if (network.kind == "plrnn") CHECK(check.differences.A.cwiseAbs().maxCoeff() > 1e-6);
      }
}

TEST_CASE("BPTT stays exact where a synapse acts on a piecewise-linear or a low-rank network") {
  for (const auto& options : other_networks)
    for (const std::string synapse_kind : {"tcr", "tsodyks_markram"}) {
      if (options.front().second == "lstm") continue;
      auto chosen = options;
      chosen.emplace_back("synapse.kind", synapse_kind);
      // Rates of a piecewise-linear network have no bound: the synapse's own step would be unstable at the default.
      if (synapse_kind == "tcr") chosen.emplace_back("synapse.beta", "2");
      const auto network = network_of(chosen);
      const auto resolved = resolve_options(chosen);
      const auto synapse = make_synapse<double>(synapse_setting(resolved, integration, {}, network, T));
      const auto rule = make_rule<double>(resolve_options({{"rule.name", "bptt"}}));
      const auto check =
          check_gradient(network, integration, {}, random_trials(K, O, T, B, seed), {seed, 0}, *synapse, *rule);
      INFO(name_of(chosen));
      CHECK(check.relative() < 1e-6);
    }
}

TEST_CASE("RTRL is BPTT for every network with one state per neuron, its own parameters included") {
  for (const auto& options : other_networks)
    for (const std::string form : {"none", "loss"}) {
      if (options.front().second == "lstm") continue;
      auto chosen = options;
      chosen.insert(chosen.end(), {{"network.initial_state", "trained"}, {"tcr.form", form}, {"rule.name", "rtrl"}});
      const auto network = network_of(chosen);
      chosen.emplace_back("network.size", "6");
      const auto resolved = resolve_options(chosen);
      auto consistency = consistency_of(resolved);
      Synapse<double> fixed;
      const auto rule = make_rule<double>(resolved);
      INFO(name_of(chosen));
      CHECK(check_gradient(network, integration, {}, random_trials(K, O, T, B, seed), {seed, 0}, fixed, *rule,
                           form == "loss" ? &consistency : nullptr)
                .relative() < 1e-6);
    }
}

TEST_CASE("e-prop of every other network equals BPTT without recurrent weights, and differs with them") {
  for (const auto& options : other_networks) {
    auto network = network_of(options);
    Synapse<double> fixed;
    const auto trials = random_trials(K, O, T, B, seed);
    const auto rule = make_rule<double>(resolve_options({{"rule.name", "e_prop"}}));
    INFO(name_of(options));
    CHECK(check_gradient(network, integration, {}, trials, {seed, 0}, fixed, *rule).relative() > 1e-3);
    network.W.setZero();
    network.M.setZero();
    network.bulk.resize(0, 0);
    CHECK(check_gradient(network, integration, {}, trials, {seed, 0}, fixed, *rule).relative() < 1e-6);
  }
}

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
  for (std::uint64_t update = 0; update < 20; ++update) room.learn_and_apply(trials, update);
  CHECK((room.network.recurrent() - low.recurrent()).norm() > 0.1 * low.recurrent().norm());
  CHECK(singular_values(room.network.recurrent())(2) < 1e-12);
}

TEST_CASE("the bulk of a low-rank network does not learn") {
  const Assignments options = {{"network.kind", "low_rank"}, {"network.bulk", "1.2"}};
  const auto network = network_of(options, 10);
  LearningFixture<> room(options, network, T);
  room.learn_and_apply(random_trials(K, O, T, B, seed));
  CHECK(room.network.bulk == network.bulk);
  CHECK(room.network.M != network.M);
}

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
  const auto synapse = make_synapse<double>(synapse_setting(resolved, integration, {}, network, T));
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

TEST_CASE("the gain keeps its meaning under Dale's law and in sparse networks") {
  // Rajan & Abbott 2006: the bulk of eigenvalues has radius g. At N 400 the largest of 400 lies within 10 % of it.
  for (const Assignments& options :
       std::vector<Assignments>{{},
                                {{"network.density", "0.2"}},
                                {{"network.modules", "4"}, {"network.density", "0.5"}},
                                {{"network.excitatory", "0.8"}},
                                {{"network.excitatory", "0.5"}},
                                {{"network.excitatory", "0.8"}, {"network.density", "0.3"}}}) {
    auto chosen = options;
    chosen.insert(chosen.end(), {{"network.size", "400"}, {"network.gain", "1.3"}});
    const auto network = make_network(resolve_options(chosen), 1, 1, seed);
    const auto eigenvalues = Eigen::EigenSolver<Matrix<double>>(network.W, false).eigenvalues();
    INFO(name_of(chosen));
    CHECK(eigenvalues.cwiseAbs().maxCoeff() == Approx(1.3).epsilon(0.1));
    // A uniform disc, but for columns of unequal variance, where eigenvalues crowd at the centre (same source).
    if (network.sign.size() == 0 || network.sign.sum() == 0)
      CHECK(eigenvalues.cwiseAbs2().mean() == Approx(1.3 * 1.3 / 2).epsilon(0.06));
    if (network.sign.size() > 0) {
      CHECK(network.W.rowwise().sum().cwiseAbs().maxCoeff() < 1e-12);
      CHECK((network.W.array().rowwise() * network.sign.transpose().array() >= 0).all());
    }
  }
}

TEST_CASE("regimes of initial weights are what they say") {
  const auto drawn = [](const std::string& regime) {
    return make_network(resolve_options({{"network.weights", regime}, {"network.size", "60"}, {"network.gain", "1.7"}}),
                        1, 1, seed)
        .W;
  };
  const Matrix<double> I = Matrix<double>::Identity(60, 60), Q = drawn("orthogonal");
  CHECK((Q.transpose() * Q - 1.7 * 1.7 * I).isZero(1e-12));
  CHECK(Q.cwiseAbs().maxCoeff() < 1.7);
  CHECK(drawn("identity") == 1.7 * I);
  const auto radius = [](const Matrix<double>& W) {
    return Eigen::EigenSolver<Matrix<double>>(W, false).eigenvalues().cwiseAbs().maxCoeff();
  };
  CHECK(radius(drawn("spectral_radius")) == Approx(1.7).epsilon(1e-10));
  CHECK(std::abs(radius(drawn("gaussian")) - 1.7) > 1e-3);
}

TEST_CASE("log-normal membrane time constants have the median and the spread that were asked for") {
  const auto tau = make_network(resolve_options({{"network.size", "4000"}, {"network.tau_spread", "0.4"}}), 1, 1, seed)
                       .tau_ms.array()
                       .log()
                       .eval();
  const double mean = tau.mean(), spread = std::sqrt((tau - mean).square().mean());
  CHECK(mean == Approx(std::log(50.0)).margin(4 * 0.4 / std::sqrt(4000.0)));
  CHECK(spread == Approx(0.4).margin(4 * 0.4 / std::sqrt(8000.0)));
}

TEST_CASE("a trained initial state learns, a fixed one does not, and others are drawn for each trial") {
  for (const std::string state : {"random", "fixed", "trained"}) {
    const Assignments options = {{"network.initial_state", state}, {"rule.name", "bptt"}};
    const auto network = network_of(options);
    LearningFixture<> room(options, network, T);
    room.learn_and_apply(random_trials(K, O, T, B, seed));
    const auto start = room.run().at(room.run().state, 0);
    CHECK((start.col(0) == start.col(1)) == (state != "random"));
    CHECK((room.network.r0 == network.r0) == (state != "trained"));
  }
}

TEST_CASE("every kind of network survives its file to the bit, and starts a study at a set distance from it") {
  for (const auto& options : other_networks) {
    auto chosen = options;
    chosen.emplace_back("network.initial_state", "fixed");
    auto network = network_of(chosen);
    network.dt_ms = 5;
    const auto path = (std::filesystem::temp_directory_path() / "stillpoint-networks-test.h5").string();
    write_network_file(path, {network, {}});
    const auto read = read_network(path).network;
    INFO(name_of(options));
    CHECK(read.kind == network.kind);
    CHECK(read.W == network.W);
    CHECK(read.W_in == network.W_in);
    CHECK(read.b == network.b);
    CHECK(read.M == network.M);
    CHECK(read.V == network.V);
    CHECK(read.bulk == network.bulk);
    CHECK(read.A == network.A);
    CHECK(read.sign == network.sign);
    CHECK(read.mask == network.mask);
    CHECK(read.r0 == network.r0);
    CHECK(read.tau_ms == network.tau_ms);

    const Assignments started = {{"network.kind", network.kind},
                                 {"network.size", "6"},
                                 {"network.start", path},
                                 {"network.start_noise", "0.2"},
                                 {"network.initial_state", "fixed"}};
    const auto near = make_network(resolve_options(started), K, O, 5);
    CHECK(near.W_in == network.W_in);
    CHECK(near.r0 == network.r0);
    for (const auto& [option, value] : {std::pair("network.gain", "3"), std::pair("network.input_scale", "2")}) {
      auto contradicting = started;
      contradicting.emplace_back(option, value);
      CHECK_THROWS_WITH(make_network(resolve_options(contradicting), K, O, 5),
                        Catch::Contains(std::string(option) + " = " + value) && Catch::Contains("network.start"));
    }
    auto random_start = started;
    random_start.back().second = "random";
    CHECK(make_network(resolve_options(random_start), K, O, 5).r0.size() == 0);
    if (network.has_factors()) {
      CHECK((near.M - network.M).norm() == Approx(0.2 * std::sqrt(near.M.size())).epsilon(0.6));
    } else {
      CHECK((near.W - network.W).norm() > 0);
      CHECK((near.W - network.W).norm() < 0.2 * std::sqrt(static_cast<double>(near.W.rows())) * 1.5);
    }
    CHECK_NOTHROW(near.check("near"));
    std::filesystem::remove(path);
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
