// Oja's rule and the differential anti-Hebbian rule: their equations by loops, and what they are known to do.
#include <Eigen/Eigenvalues>
#include <cmath>

#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"
#include "tests/literal.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 7, K = 2, O = 2, T = 10, B = 3;
constexpr std::uint64_t seed = 81;
const Integration integration{Method::euler, 10, 0};

TrialSet<double> trials_of_different_length() {
  auto trials = random_trials(K, O, T, B, seed);
  end_trials(trials, {T, T - 4, T - 1});
  return trials;
}

struct Taught {
  Gradient<double> written;
  Trajectory<double> run;
};
Taught teach_rule(const Assignments& chosen, const Network<double>& network, const TrialSet<double>& trials) {
  const auto options = resolve_options(chosen);
  const auto rule = make_rule<double>(options);
  const auto synapse =
      synapse_model(options).make<double>({integration, {}, false, false, network.size(), trials.steps});
  Simulation<double> simulation(network, integration);
  Taught result;
  Matrix<double> error;
  const Matrix<double> feedback = network.W_out.transpose();
  run_with_rules<double>(simulation, trials, {seed, 0}, *synapse, {{*rule, feedback, result.written}}, error);
  result.run = simulation.trajectory();
  return result;
}

void check_only_W_learns(const Gradient<double>& written) {
  CHECK(written.W_in.isZero(0));
  CHECK(written.b.isZero(0));
  CHECK(written.W_out.isZero(0));
  CHECK(written.b_out.isZero(0));
}

/// sqrt(mean over trials, steps and neurons of (dr/dt)^2) from differences of the recorded rates.
double speed(const Network<double>& network, const TrialSet<double>& trials) {
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  const auto& rates = simulation.run(trials, {seed, 0}, none).rates();
  const Index columns = trials.steps * trials.batch;
  return std::sqrt((rates.rightCols(columns) - rates.leftCols(columns)).squaredNorm() /
                   static_cast<double>(columns * network.size()));
}

}  // namespace

TEST_CASE("Oja's rule and the anti-Hebbian rule equal their equations by loops, with scaled synapses as well") {
  for (const std::string rule : {"oja", "anti_hebbian"})
    for (const std::string kind : {"leaky_rate", "leaky_current"})
      for (const std::string synapse : {"none", "tsodyks_markram"}) {
        const auto network = settled(random_network(kind, "tanh", N, K, O, seed, "20..80"));
        const auto trials = trials_of_different_length();
        const Assignments chosen = {{"rule.name", rule}, {rule + ".rate", "0.3"}, {"synapse.kind", synapse}};
        const auto taught = teach_rule(chosen, network, trials);
        const auto options = resolve_options(chosen);
        const auto expected =
            transcribed(*literal_rule(rule, {options, {}}), {network, integration, taught.run, trials});
        INFO(rule << " " << kind << " " << synapse);
        CHECK(expected.W.norm() > 1e-2);
        // sums of some 30 terms in another order
        CHECK(relative_difference(taught.written.W, expected.W) < 1e-13);
        check_only_W_learns(taught.written);
      }
}

TEST_CASE("what happens after the end of a trial counts for nothing") {
  const auto network = settled(random_network("leaky_rate", "tanh", N, K, O, seed));
  const auto trials = trials_of_different_length();
  auto noisy_ends = trials;
  for (Index t = 0; t < T; ++t)
    for (Index b = 0; b < B; ++b)
      if (!trials.valid(t, b)) noisy_ends.inputs.col(trials.column(t, b)).setConstant(5);
  auto all_count = noisy_ends;
  all_count.length.assign(B, T);
  for (const std::string rule : {"oja", "anti_hebbian"}) {
    INFO(rule);
    const auto change = teach_rule({{"rule.name", rule}}, network, trials).written.W;
    // The sums run over the same numbers and zeros in place of others.
    CHECK(relative_difference(teach_rule({{"rule.name", rule}}, network, noisy_ends).written.W, change) < 1e-14);
    CHECK(relative_difference(teach_rule({{"rule.name", rule}}, network, all_count).written.W, change) > 1e-2);
  }
}

TEST_CASE("Oja's rule finds the principal component of what a linear neuron receives") {
  // A map with phi = identity: neurons 0 .. 3 hold the last input, neuron 4 is w . (their rates), the mask keeps all
  // other connections away. Then the rule is dw = eta [C w - (w.C w) w] with C = mean z z^T, whose only stable rest is
  // the unit eigenvector of C's largest eigenvalue. The first step's z is r0 = 0.
  constexpr Index sources = 4, steps = 50, batch = 4;
  auto network = random_network("rnn_map", "tanh", sources + 1, sources, 1, seed);
  network.nonlinearity = Nonlinearity::identity;
  network.b.setZero();
  network.W_in.setZero();
  network.W_in.topRows(sources).setIdentity();
  network.mask = Matrix<double>::Zero(sources + 1, sources + 1);
  network.mask.row(sources).head(sources).setOnes();
  network.W.array() *= network.mask.array();
  network.r0 = Vector<double>::Zero(sources + 1);
  auto trials = random_trials(sources, 1, steps, batch, seed);
  trials.inputs = (Vector<double>(sources) << 1.6, 1.1, 0.8, 0.5).finished().asDiagonal() * trials.inputs;
  Matrix<double> rotation(sources, sources);
  Stream(seed, Purpose::trial, 5).fill_normal(rotation);
  trials.inputs =
      Eigen::SelfAdjointEigenSolver<Matrix<double>>(rotation + rotation.transpose()).eigenvectors() * trials.inputs;

  Matrix<double> C = Matrix<double>::Zero(sources, sources);
  for (Index column = 0; column < (steps - 1) * batch; ++column)
    C += trials.inputs.col(column) * trials.inputs.col(column).transpose() / static_cast<double>(steps * batch);
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver(C);  // eigenvalues in increasing order
  const Vector<double> principal = solver.eigenvectors().col(sources - 1);

  LearningFixture<> room({{"rule.name", "oja"}, {"oja.rate", "0.1"}, {"training.parameters", "W"}}, network, steps);
  for (std::uint64_t update = 0; update < 400; ++update) REQUIRE(room.learn_and_apply(trials, update));
  const Vector<double> w = room.network.W.row(sources).head(sources);
  INFO("eigenvalues " << solver.eigenvalues().transpose() << ", w " << w.transpose());
  // What is left of the start shrinks by 1 - 0.1 (gap of the eigenvalues) per update.
  CHECK(std::pow(1 - 0.1 * (solver.eigenvalues()(sources - 1) - solver.eigenvalues()(sources - 2)), 400) < 1e-9);
  CHECK(w.norm() == Approx(1).epsilon(1e-8));
  CHECK(std::abs(w.dot(principal)) == Approx(1).epsilon(1e-8));
  CHECK((room.network.W.array() * (1 - network.mask.array())).abs().maxCoeff() == 0);
}

TEST_CASE("the anti-Hebbian rule slows networks down, on average over networks") {
  constexpr int networks = 24;
  constexpr Index size = 30, steps = 40;
  for (const std::string kind : {"leaky_rate", "leaky_current"}) {
    Vector<double> slowing(networks);
    for (int n = 0; n < networks; ++n) {
      const auto which = static_cast<std::uint64_t>(100 + n);
      const auto network = settled(random_network(kind, "tanh", size, K, 1, which));
      auto trials = random_trials(K, 1, steps, 4, which);
      trials.inputs.setZero();
      LearningFixture<> room({{"rule.name", "anti_hebbian"},
                              {"anti_hebbian.rate", "0.05"},
                              {"training.parameters", "W"},
                              {"integration.dt_ms", "10"}},
                             network, steps);
      for (std::uint64_t update = 0; update < 20; ++update) REQUIRE(room.learn_and_apply(trials, update));
      slowing(n) = std::log(speed(network, trials) / speed(room.network, trials));
    }
    const double deviation = std::sqrt((slowing.array() - slowing.mean()).square().sum() / (networks - 1));
    const double z = slowing.mean() / (deviation / std::sqrt(static_cast<double>(networks)));
    INFO(kind << ": mean log ratio of speeds " << slowing.mean() << ", " << z << " standard errors above 0");
    CHECK(z > 4);
  }
}
