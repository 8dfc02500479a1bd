// The leading Lyapunov exponent against spectra and against tangent vectors.
#include <complex>

#include "sim/linear_algebra.hpp"
#include "tests/tangent_vectors.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr std::uint64_t seed = 3;

/// Neurons near r = 0 with weights W: a linear system.
Network<double> quiet_network(const std::string& kind, const Array& W) {
  auto network = random_network(kind, Nonlinearity::tanh, W.rows(), 1, seed);
  network.W = W;
  network.b.setZero();
  network.W_in.setZero();
  network.tau_ms.setConstant(50);
  network.r0.resize(0);
  return network;
}

Array orthogonal(Index n) { return orthogonal_factor_of(normal_array(n, n, seed + 50)); }

double static_exponent(const Network<double>& network, const Integration& integration,
                       const LyapunovSetting& setting = {}) {
  Synapse<double> none;
  return leading_lyapunov_exponent(network, integration, none, constant_source(Column::Zero(2)), seed, setting)
      .per_second;
}

/// [1/s] of a multiplier per step
double exponent_of(std::complex<double> multiplier, double dt_ms) {
  return 1000 * std::log(std::abs(multiplier)) / dt_ms;
}

constexpr double dt_ms = 5;
const Integration euler{Method::euler, dt_ms, 1e-8};

}  // namespace

TEST_CASE("uncoupled neurons forget at their leak: ln(1 - dt/tau)/dt by Euler, -1/tau by exponential Euler") {
  const std::string kind = GENERATE(std::string("leaky_rate"), std::string("leaky_current"));
  const auto network = quiet_network(kind, Array::Zero(4, 4));
  for (const double dt : {2., 5., 10.}) {
    // The distance of 1e-7 between states of 0.1 carries a rounding error of 1e-10
    CHECK(static_exponent(network, {Method::euler, dt, 1e-8}) == Approx(exponent_of(1 - dt / 50, dt)).epsilon(1e-8));
    CHECK(static_exponent(network, {Method::exponential_euler, dt, 1e-8}) == Approx(-20).epsilon(1e-8));
  }
  // Whatever was discarded, and however many steps remain after the last comparison
  for (const double discarded : {0., 1000., 1015., 1045.})
    for (const double duration : {3000., 3020.})
      CHECK(static_exponent(network, {Method::euler, 5, 1e-8}, {2, duration, discarded}) ==
            Approx(exponent_of(0.9, 5)).epsilon(1e-8));
}

TEST_CASE("twins that come together keep their exponent, and one of -infinity where they coincide") {
  auto network = quiet_network("leaky_rate", Array::Zero(4, 4));
  network.b.setConstant(0.3);
  // Ten steps of these leave nothing of a distance of 1e-7 about a rate of .3, in double.
  for (const double kept : {1e-2, 1e-4}) {
    const double dt = 50 * (1 - kept);
    CHECK(static_exponent(network, {Method::euler, dt, 1e-8}) == Approx(exponent_of(kept, dt)).epsilon(1e-4));
  }
  Synapse<double> none;
  const auto forgets = leading_lyapunov_exponent(quiet_network("rnn_map", Array::Zero(4, 4)), euler, none,
                                                 constant_source(Column::Zero(2)), seed);
  CHECK(forgets.per_second == -std::numeric_limits<double>::infinity());
  CHECK(forgets.standard_error == 0);
}

TEST_CASE("near rest the exponent is that of the leading eigenvalue, ln|1 + alpha (lambda - 1)|/dt") {
  const std::string kind = GENERATE(std::string("leaky_rate"), std::string("leaky_current"));
  const Array Q = orthogonal(6);
  const double alpha = 0.1;
  const Column spectrum = (Column(6) << 0.8, 0.3, 0.1, 0, -0.2, -0.9).finished();
  const auto real = quiet_network(kind, Q * spectrum.asDiagonal() * Q.transpose());
  // States of 1e-5 after the discarded two seconds: tanh is linear to 1e-10
  CHECK(static_exponent(real, {Method::euler, 5, 1e-8}) == Approx(exponent_of(1 + alpha * (0.8 - 1), 5)).epsilon(1e-6));

  Array rotation = Array::Zero(6, 6);
  for (const Index at : {0, 2, 4}) {
    const double size = at == 0 ? 0.9 : 0.4, angle = 0.7;
    rotation.block(at, at, 2, 2) << size * std::cos(angle), -size * std::sin(angle), size * std::sin(angle),
        size * std::cos(angle);
  }
  const auto complex = quiet_network(kind, Q * rotation * Q.transpose());
  CHECK(static_exponent(complex, {Method::euler, 5, 1e-8}) ==
        Approx(exponent_of(1. + alpha * (std::polar(0.9, 0.7) - 1.), 5)).epsilon(1e-6));
}

TEST_CASE("at a fixed point with temporal consistency the exponent is that of rates and synapses together") {
  constexpr Index N = 5;
  constexpr double beta = 40, tau_s = 150, dt = 5;
  auto network = random_network("leaky_rate", Nonlinearity::tanh, N, 0.7, seed);
  network.tau_ms.setConstant(50);
  const Column input = Column::Constant(2, 0.6), held = network.W_in * input + network.b;
  Column r = Column::Zero(N);
  for (int i = 0; i < 2000; ++i) r += 0.1 * ((network.W * r + held).array().tanh().matrix() - r);
  REQUIRE(((network.W * r + held).array().tanh().matrix() - r).norm() < 1e-14);

  // The 2N system in (r, w = S r*) of the reference equations; Euler turns an eigenvalue into 1 + dt eigenvalue
  const Column slopes = 1 - r.array().square();
  const Array Phi = slopes.asDiagonal(), J = -Array::Identity(N, N) + Phi * network.W;
  const double strength = beta / N * r.squaredNorm();
  Array joint(2 * N, 2 * N);
  joint << J / 50, Phi / 50, -strength * Phi * J / tau_s, (-Array::Identity(N, N) - strength * Phi * Phi) / tau_s;
  double leading = exponent_of(1 - dt / tau_s, dt);  // the other N^2 - N directions of S
  for (const auto& eigenvalue : eigenvalues_of(joint))
    leading = std::max(leading, exponent_of(1. + dt * eigenvalue, dt));

  const auto synapse = synapse_for(
      network, {Method::euler, dt, 1e-8}, 50,
      {{"synapse.kind", "tcr"}, {"synapse.form", "dense"}, {"synapse.beta", "40"}, {"synapse.tau_s_ms", "150"}});
  const auto measured = leading_lyapunov_exponent(network, {Method::euler, dt, 1e-8}, *synapse, constant_source(input),
                                                  seed, {2, 40000, 20000});
  CHECK(measured.per_second ==
        Approx(leading).epsilon(1e-4));  // twenty seconds of decay to the fixed point, twenty of measurement
}

TEST_CASE("exponents of twin trajectories equal those of tangent vectors, with and without temporal consistency") {
  const Problem problem(3, strongly_connected("50"));
  INFO("seed " << problem.seed);
  const auto trials = problem.fresh_trials(24 * 24);
  Synapse<double> none;
  const auto synapse =
      synapse_for(problem.network, problem.integration, 1, {{"synapse.kind", "tcr"}, {"synapse.form", "dense"}});
  const auto chaotic =
      leading_lyapunov_exponent(problem.network, problem.integration, none, problem.source(), problem.seed);
  const auto calmed =
      leading_lyapunov_exponent(problem.network, problem.integration, *synapse, problem.source(), problem.seed);
  const auto chaotic_again = by_tangent_vector(problem.network, no_tcr, trials, 5, 24);
  const auto calmed_again = by_tangent_vector(problem.network, default_tcr, trials, 5, 24);
  INFO("static " << chaotic.per_second << " and " << chaotic_again.per_second << ", consistent " << calmed.per_second
                 << " and " << calmed_again.per_second);
  CHECK(std::abs(chaotic.per_second - chaotic_again.per_second) < 4 * standard_errors(chaotic, chaotic_again));
  CHECK(std::abs(calmed.per_second - calmed_again.per_second) < 4 * standard_errors(calmed, calmed_again));
  CHECK(chaotic.per_second > calmed.per_second + 4 * standard_errors(chaotic, calmed));
}

TEST_CASE("the exponent of a chaotic network does not depend on the time step") {
  const auto method = GENERATE(Method::euler, Method::exponential_euler);
  const auto network = make_network(resolve_options({{"network.size", "100"}, {"network.gain", "3"}}), 2, 1, seed);
  INFO("seed " << seed);
  const auto exponent = [&](double dt_ms) {
    Synapse<double> none;
    return leading_lyapunov_exponent(network, {method, dt_ms, 1e-8}, none, constant_source(Column::Zero(2), 100), seed);
  };
  const auto coarse = exponent(5), fine = exponent(2.5);
  INFO(coarse.per_second << " +- " << coarse.standard_error << " and " << fine.per_second << " +- "
                         << fine.standard_error);
  CHECK(coarse.per_second > 4 * coarse.standard_error);
  CHECK(std::abs(coarse.per_second - fine.per_second) < 4 * standard_errors(coarse, fine));
}

TEST_CASE("replicas see different trials, the estimate is their mean and its standard error") {
  // One trial lasts as long as the measurement, so that replica k settles at the fixed point of trial k's input
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 4, 1, seed);
  network.W = 0.8 * Array::Identity(4, 4);
  network.b.setZero();
  network.W_in = Array::Ones(4, 2) / 2;
  network.tau_ms.setConstant(50);
  const std::vector<double> inputs = {0.2, 0.5, 1.1};
  constexpr Index steps = 1200;
  const TrialSource source = [&](TrialKey, Index count) {
    Array held(2, count);
    for (Index k = 0; k < count; ++k) held.col(k).setConstant(inputs[static_cast<std::size_t>(k % 3)]);
    return held_trials(held, steps);
  };
  Column expected(3);
  for (Index k = 0; k < 3; ++k) {
    double r = 0;
    for (int i = 0; i < 10000; ++i) r += 0.1 * (std::tanh(0.8 * r + inputs[static_cast<std::size_t>(k)]) - r);
    expected(k) = 1000 / dt_ms * std::log(1 + 0.1 * (0.8 * (1 - r * r) - 1));
  }
  Synapse<double> none;
  const auto measured = leading_lyapunov_exponent(network, euler, none, source, seed, {3, steps * dt_ms, 3000});
  const double mean = expected.mean();
  CHECK(measured.per_second == Approx(mean).epsilon(1e-4));  // three seconds of decay to the fixed point
  CHECK(measured.standard_error == Approx(std::sqrt((expected.array() - mean).square().sum() / 2 / 3)).epsilon(1e-3));
}

TEST_CASE("the exponent needs synapses with a state") {
  const Problem problem(3, strongly_connected("10"));
  for (const Assignments& more : {Assignments{{"synapse.form", "history"}},
                                  Assignments{{"synapse.form", "dense"}, {"synapse.current", "yoked"}}}) {
    Assignments all = {{"synapse.kind", "tcr"}};
    all.insert(all.end(), more.begin(), more.end());
    const auto synapse = synapse_for(problem.network, problem.integration, 10, all);
    CHECK_THROWS_WITH(leading_lyapunov_exponent(problem.network, problem.integration, *synapse, problem.source(), 1),
                      Catch::Contains("synapse.form = dense"));
  }
}
