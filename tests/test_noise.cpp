// Noise: its stationary size and correlation at any time step, and that it belongs to a trial.
//
// Estimates come from independent neurons and trials at one time, so that their standard errors are exact: sigma/sqrt(2
// n) of a standard deviation, (1 - rho^2)/sqrt(n) of a correlation. Checks allow four of them; seeds are fixed.
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr std::uint64_t seed = 77;
constexpr Index N = 20, batch = 500;
constexpr double samples = N * batch;

/// Neurons that receive nothing but noise and start at zero.
Network<double> uncoupled(const std::string& kind, double tau_ms) {
  auto network = random_network(kind, Nonlinearity::tanh, N, 0, seed);
  network.W_in.setZero();
  network.b.setZero();
  network.r0.setZero();
  network.tau_ms.setConstant(tau_ms);
  return network;
}

double standard_deviation(const Array& values) {
  return std::sqrt(values.squaredNorm() / static_cast<double>(values.size()));
}
double four_standard_errors_of(double sigma) { return 4 * sigma / std::sqrt(2 * samples); }

Trajectory<double> noise_only(const Network<double>& network, Method method, double dt_ms, Index steps,
                              const Noise& noise) {
  Synapse<double> none;
  return simulate(network, {method, dt_ms, 1e-8}, TrialSet<double>::zeros(2, 2, steps, batch), none, noise, {seed, 0});
}

}  // namespace

TEST_CASE("under activity noise an uncoupled neuron has standard deviation sigma at any time step") {
  const auto method = GENERATE(Method::euler, Method::exponential_euler);
  const std::string kind = GENERATE(std::string("leaky_rate"), std::string("leaky_current"));
  const double dt = GENERATE(1., 5., 20.), tau = 30, sigma = 0.3;
  INFO("seed " << seed << ", dt " << dt);
  const auto steps = static_cast<Index>(5 * tau / dt);  // variance within exp(-10) of its limit
  const auto run = noise_only(uncoupled(kind, tau), method, dt, steps, {sigma, 0, 20});
  const Array last = run.state.rightCols(batch), previous = run.state.middleCols((steps - 1) * batch, batch);
  CHECK(std::abs(standard_deviation(last) - sigma) < four_standard_errors_of(sigma));
  CHECK(std::abs(last.mean()) < 4 * sigma / std::sqrt(samples));
  // The neuron's own memory between two steps is its leak
  const double memory = method == Method::euler ? 1 - dt / tau : std::exp(-dt / tau);
  const double correlation =
      last.cwiseProduct(previous).mean() / (standard_deviation(last) * standard_deviation(previous));
  CHECK(std::abs(correlation - memory) < 4 * (1 - memory * memory) / std::sqrt(samples));
}

TEST_CASE("activity noise grows to sigma as 1 - (1 - alpha)^2t, with the time constant of each neuron") {
  INFO("seed " << seed);
  auto network = uncoupled("leaky_rate", 1);
  network.tau_ms.head(N / 2).setConstant(100);
  network.tau_ms.tail(N / 2).setConstant(10);
  const auto run = noise_only(network, Method::euler, 5, 4, {0.2, 0, 20});
  for (const bool slow : {true, false})
    for (Index t = 1; t <= 4; ++t) {
      const double sigma = 0.2 * std::sqrt(1 - std::pow(1 - 5 / (slow ? 100. : 10.), 2. * static_cast<double>(t)));
      const Array half = run.state.block(slow ? 0 : N / 2, t * batch, N / 2, batch);
      CHECK(std::abs(standard_deviation(half) - sigma) <
            std::sqrt(2) * four_standard_errors_of(sigma));  // half of the samples
    }
}

TEST_CASE("a network in discrete time receives activity noise of SD sigma, fresh at every step") {
  INFO("seed " << seed);
  const auto run = noise_only(uncoupled("rnn_map", 50), Method::euler, 5, 2, {0.4, 0, 20});
  const Array first = run.state.middleCols(batch, batch), second = run.state.rightCols(batch);
  CHECK(std::abs(standard_deviation(second) - 0.4) < four_standard_errors_of(0.4));
  CHECK(std::abs(first.cwiseProduct(second).mean()) / 0.16 < 4 / std::sqrt(samples));
}

TEST_CASE("drive noise has standard deviation sigma and autocorrelation exp(-lag/tau) at any time step") {
  const double dt = GENERATE(1., 10.), sigma = 0.5, tau_noise = 40;
  INFO("seed " << seed << ", dt " << dt);
  const auto steps = static_cast<Index>(100 / dt);
  // Without weights and bias the drive of a leaky current is xi
  const auto run = noise_only(uncoupled("leaky_current", 50), Method::euler, dt, steps, {0, sigma, tau_noise});
  const auto xi = [&](Index t) -> Array { return run.activation.middleCols(t * batch, batch); };
  for (const Index t : {Index{0}, steps / 2, steps - 1})
    CHECK(std::abs(standard_deviation(xi(t)) - sigma) < four_standard_errors_of(sigma));
  for (const double lag_ms : {10., 40., 80.}) {
    const auto lag = static_cast<Index>(lag_ms / dt);
    const Array early = xi(steps - 1 - lag), late = xi(steps - 1);
    const double correlation = early.cwiseProduct(late).mean() / (standard_deviation(early) * standard_deviation(late));
    const double expected = std::exp(-lag_ms / tau_noise);
    CHECK(std::abs(correlation - expected) < 4 * (1 - expected * expected) / std::sqrt(samples));
  }
}

TEST_CASE("halved noise is the path of the whole steps, with points between that are as large") {
  const double dt = 10, sigma = 0.5, tau_noise = 40;
  const Index steps = 10;
  INFO("seed " << seed);
  const auto network = uncoupled("leaky_current", 50);
  {
    const auto whole = noise_only(network, Method::euler, dt, steps, {0, sigma, tau_noise});
    const auto half = noise_only(network, Method::euler, dt / 2, 2 * steps, {0, sigma, tau_noise, true});
    const auto xi = [&](Index t) -> Array { return half.activation.middleCols(t * batch, batch); };
    for (Index t = 0; t < steps; ++t)
      CHECK(largest_difference(xi(2 * t), whole.activation.middleCols(t * batch, batch)) < 1e-12);
    const double expected = std::exp(-dt / 2 / tau_noise);
    for (const Index t : {Index{1}, steps - 1, 2 * steps - 1}) {
      CHECK(std::abs(standard_deviation(xi(t)) - sigma) < four_standard_errors_of(sigma));
      const double correlation = xi(t).cwiseProduct(xi(t - 1)).mean() / (sigma * sigma);
      CHECK(std::abs(correlation - expected) < 8 / std::sqrt(samples));  // sigma is its own, not the sample's
    }
  }
  // A state with exact leak: between two whole steps as far from what it was as one half makes it.
  const auto whole = noise_only(network, Method::exponential_euler, dt, steps, {0.3, 0, 20});
  const auto half = noise_only(network, Method::exponential_euler, dt / 2, 2 * steps, {0.3, 0, 20, true});
  for (Index t = 0; t <= steps; ++t)
    CHECK(largest_difference(half.state.middleCols(2 * t * batch, batch), whole.state.middleCols(t * batch, batch)) <
          1e-12);
  const Array first = half.state.middleCols(batch, batch);
  const double expected = 0.3 * std::sqrt(1 - std::exp(-dt / 50));
  CHECK(std::abs(standard_deviation(first) - expected) < four_standard_errors_of(expected));
}

TEST_CASE("noise and initial state of a trial depend on seed, update and trial, not on the batch") {
  const bool activity = GENERATE(true, false);
  const Noise noise{activity ? 0.2 : 0, activity ? 0 : 0.3, 20};
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 6, 1.2, seed);
  network.r0.resize(0);
  const auto run = [&](Index count, TrialKey key) {
    Synapse<double> none;
    return of_trial(
        simulate(network, {Method::euler, 5, 1e-8}, TrialSet<double>::zeros(2, 2, 20, count), none, noise, key).state,
        count, 1);
  };
  const Array reference = run(2, {seed, 3});
  CHECK(largest_difference(run(7, {seed, 3}), reference) < 1e-13);  // products of other shapes round differently
  CHECK(largest_difference(run(2, {seed + 1, 3}), reference) > 0.01);
  CHECK(largest_difference(run(2, {seed, 4}), reference) > 0.01);
}

TEST_CASE("activity noise needs a plrnn that forgets, and stays finite where one learns not to") {
  auto network = random_network("plrnn", Nonlinearity::relu, 3, 0, seed);
  network.A = (Column(3) << 0.5, 1, -1.2).finished();
  CHECK_THROWS_WITH(require_stationary(network, {0.1, 0, 20}),
                    Catch::StartsWith("noise.activity = 0.1: needs |A| < 1"));
  CHECK_NOTHROW(require_stationary(network, {0, 0.1, 20}));
  Synapse<double> none;
  const auto run = simulate(network, {Method::euler, 5, 0}, TrialSet<double>::zeros(2, 2, 8, 3), none, {0.1, 0, 20});
  CHECK(run.state.allFinite());
  network.A.setConstant(-0.9);
  CHECK_NOTHROW(require_stationary(network, {0.1, 0, 20}));
}

TEST_CASE("neurons and trials receive independent noise") {
  INFO("seed " << seed);
  const bool activity = GENERATE(true, false);
  const auto run =
      noise_only(uncoupled("leaky_current", 50), Method::euler, 10, 5, {activity ? 0.2 : 0, activity ? 0 : 0.3, 20});
  const Array x = run.state.rightCols(batch) / standard_deviation(run.state.rightCols(batch));
  const Array between_neurons = x * x.transpose() / batch;
  for (Index i = 0; i < N; ++i)
    for (Index j = 0; j < i; ++j)
      CHECK(std::abs(between_neurons(i, j)) < 4.5 / std::sqrt(batch));  // 190 pairs: a larger margin
  const double between_trials = x.leftCols(batch - 1).cwiseProduct(x.rightCols(batch - 1)).mean();
  CHECK(std::abs(between_trials) < 4 / std::sqrt(samples));
}
