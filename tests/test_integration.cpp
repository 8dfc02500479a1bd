// Steppers against closed forms, hand-written loops and converged references.
//
// Time steps are powers of two, so that times add up exactly. Over 64 ms an observed order is within 0.15 of the true
// one when dt is at most tau/10: the next term of the error is dt/tau times the leading one.

#include <unsupported/Eigen/MatrixFunctions>

#include "sim/random.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

/// Exact: T dx/dt = (W - 1) x + I with held I is x(t+dt) = E x + F, from the exponential of [[A, T^-1 I], [0, 0]].
Array linear_path(const Network<double>& network, const Array& held, double dt_ms) {
  const Index N = network.size();
  const Array A = network.tau_ms.cwiseInverse().asDiagonal() * (network.W - Array::Identity(N, N));
  Array path(N, held.cols() + 1);
  path.col(0) = network.r0;
  for (Index t = 0; t < held.cols(); ++t) {
    Array generator = Array::Zero(N + 1, N + 1);
    generator.topLeftCorner(N, N) = A * dt_ms;
    generator.topRightCorner(N, 1) = dt_ms * held.col(t).cwiseQuotient(network.tau_ms);
    const Array exponential = generator.exp();
    path.col(t + 1) = exponential.topLeftCorner(N, N) * path.col(t) + exponential.topRightCorner(N, 1);
  }
  return path;
}

constexpr std::uint64_t seed = 41;
constexpr double duration_ms = 64;

Integration with(Method method, double dt_ms, double tolerance = 1e-8) { return {method, dt_ms, tolerance}; }
Index steps(double dt_ms) { return static_cast<Index>(std::lround(duration_ms / dt_ms)); }

std::string any_kind() { return GENERATE(std::string("leaky_rate"), std::string("leaky_current")); }
Nonlinearity any_nonlinearity() {
  return GENERATE(Nonlinearity::tanh, Nonlinearity::relu, Nonlinearity::softplus, Nonlinearity::logistic);
}

/// Final state of trial 0 under constant input.
Column end_state(const Network<double>& network, const Integration& integration, const Assignments& synapse = {}) {
  const auto trials = held_trials(Column::Constant(2, 0.7), steps(integration.dt_ms));
  const auto made = synapse_for(network, integration, trials.steps, synapse);
  return simulate(network, integration, trials, *made).state.rightCols(1);
}
Array constant_held(const Network<double>& network) {
  return held_input(network, held_trials(Column::Constant(2, 0.7), 1), 0);
}

/// Asserts that halving dt, twice, divides the error by 2^expected.
void check_order(double expected, double first_dt_ms, const std::function<double(double dt_ms)>& error) {
  const double coarse = error(first_dt_ms), middle = error(first_dt_ms / 2), fine = error(first_dt_ms / 4);
  INFO("errors " << coarse << " " << middle << " " << fine);
  CHECK(std::abs(order(coarse, middle) - expected) < 0.15);
  CHECK(std::abs(order(middle, fine) - expected) < 0.15);
}

/// A network that is slow enough, and wild enough, for its order to show.
Network<double> tanh_network(const std::string& kind) { return random_network(kind, Nonlinearity::tanh, 6, 2, seed); }

}  // namespace

TEST_CASE("on a linear network Euler's error is of order 1 and Runge-Kutta's of order 4") {
  const auto network = linear_network(any_kind(), seed);
  const Column exact = linear_path(network, constant_held(network), duration_ms).col(1);
  check_order(1, 1, [&](double dt) { return largest_difference(end_state(network, with(Method::euler, dt)), exact); });
  check_order(1, 1, [&](double dt) {
    return largest_difference(end_state(network, with(Method::exponential_euler, dt)), exact);
  });
  check_order(4, 4, [&](double dt) { return largest_difference(end_state(network, with(Method::rk4, dt)), exact); });
}

TEST_CASE("on a tanh network every stepper converges to the same solution at its order") {
  const auto network = tanh_network(any_kind());
  // 512 steps of 1/8 ms: an error of about (dt/tau)^4 = 1e-10 of that at dt = 8 ms, and still far below those at 1 ms
  const Column exact = converged(static_network(network, constant_held(network)), network.r0, duration_ms, 512);
  check_order(1, 1, [&](double dt) { return largest_difference(end_state(network, with(Method::euler, dt)), exact); });
  check_order(1, 1, [&](double dt) {
    return largest_difference(end_state(network, with(Method::exponential_euler, dt)), exact);
  });
  check_order(4, 4, [&](double dt) { return largest_difference(end_state(network, with(Method::rk4, dt)), exact); });
  CHECK(largest_difference(end_state(network, with(Method::dopri5, 16, 1e-12)), exact) <
        1e-10);  // 64 ms of errors of 1e-12 per step
}

TEST_CASE("the adaptive stepper's error falls with its tolerance") {
  const auto network = linear_network(any_kind(), seed);
  const Column exact = linear_path(network, constant_held(network), duration_ms).col(1);
  double previous = 1;
  for (const double tolerance : {1e-4, 1e-6, 1e-8, 1e-10}) {
    const double error = largest_difference(end_state(network, with(Method::dopri5, 32, tolerance)), exact);
    INFO("tolerance " << tolerance << ", error " << error);
    CHECK(error < 10 * tolerance);  // per-step errors of tolerance (|x| + 1), a dozen steps, contracting flow
    CHECK(error < previous / 10);
    previous = error;
  }
}

TEST_CASE("the adaptive stepper follows input that jumps at every step") {
  const auto network = linear_network(any_kind(), seed);
  auto trials = noisy_trials(2, 50, 3, seed);
  trials.inputs = trials.inputs.cwiseAbs();
  const auto run = simulate(network, with(Method::dopri5, 8, 1e-12), trials);
  for (Index b = 0; b < trials.batch; ++b) {
    const Array exact = linear_path(network, held_input(network, trials, b), 8);
    CHECK(largest_difference(of_trial(run.state, trials.batch, b), exact) <
          1e-9);  // 50 steps of errors of 1e-12, in a contracting flow
  }
}

TEST_CASE("exponential Euler is exact for uncoupled neurons under held input, at any step up to tau") {
  const auto kind = any_kind();
  const double dt = GENERATE(0.5, 5., 17.3, 40.);
  auto network = tanh_network(kind);
  network.W.setZero();
  const auto trials = noisy_trials(2, 30, 2, seed);
  const auto run = simulate(network, with(Method::exponential_euler, dt), trials);
  for (Index b = 0; b < trials.batch; ++b) {
    const Array held = held_input(network, trials, b), path = of_trial(run.state, trials.batch, b);
    Column x = network.r0;
    for (Index t = 0; t < trials.steps; ++t) {
      for (Index i = 0; i < x.size(); ++i) x(i) = leak(x(i), pull(network, 0, held(i, t)), dt, network.tau_ms(i));
      CHECK(largest_difference(path.col(t + 1), x) < 1e-14);  // rounding of numbers of order one, damped by the leak
    }
  }
}

TEST_CASE("Euler steps equal a hand-written loop, for every nonlinearity and a time constant per neuron") {
  const auto network = random_network(any_kind(), any_nonlinearity(), 7, 1.3, seed);
  const auto trials = noisy_trials(2, 40, 3, seed);
  const auto run = simulate(network, with(Method::euler, 4), trials);
  for (Index b = 0; b < trials.batch; ++b) {
    const Array held = held_input(network, trials, b);
    const Array path = euler_path(static_network(network, held), network.r0, trials.steps, 4);
    CHECK(largest_difference(of_trial(run.state, trials.batch, b), path) <
          1e-13);  // 40 steps of rounding of numbers of order one
    for (Index t = 0; t < trials.steps; ++t)
      for (Index o = 0; o < 2; ++o) {
        double output = network.b_out(o);
        for (Index i = 0; i < network.size(); ++i) output += network.W_out(o, i) * rate_of(network, path(i, t + 1));
        CHECK(std::abs(run.outputs(o, trials.column(t, b)) - output) < 1e-13);
      }
  }
}

TEST_CASE("a network in discrete time follows r(t+1) = phi(W r + W_in s + b)") {
  const auto network = random_network("rnn_map", any_nonlinearity(), 6, 0.8, seed);
  const auto trials = noisy_trials(2, 30, 2, seed);
  const auto run = simulate(network, with(Method::euler, 7), trials);
  for (Index b = 0; b < trials.batch; ++b) {
    const Array held = held_input(network, trials, b), path = of_trial(run.state, trials.batch, b);
    Column r = network.r0;
    for (Index t = 0; t < trials.steps; ++t) {
      const Column u = network.W * r + held.col(t);
      for (Index i = 0; i < r.size(); ++i) r(i) = phi(network.nonlinearity, u(i));
      CHECK(largest_difference(path.col(t + 1), r) < 1e-13);  // 30 steps of rounding of numbers of order one
    }
  }
}

TEST_CASE("feedback of the readout is a rank-O change of the recurrent weights and of the bias") {
  const auto method = GENERATE(Method::euler, Method::exponential_euler, Method::rk4, Method::dopri5);
  auto with_feedback = random_network(any_kind(), Nonlinearity::tanh, 6, 1.2, seed);
  auto absorbed = with_feedback;
  with_feedback.W_fb = normal_array(6, 2, seed + 9);
  absorbed.W += with_feedback.W_fb * with_feedback.W_out;
  absorbed.b += with_feedback.W_fb * with_feedback.b_out;
  const auto trials = noisy_trials(2, 20, 2, seed);
  const auto one = simulate(with_feedback, with(method, 4), trials),
             other = simulate(absorbed, with(method, 4), trials);
  CHECK(largest_difference(one.state, other.state) < 1e-12);  // rounding over 20 steps
  CHECK(largest_difference(one.outputs, other.outputs) < 1e-12);
}

TEST_CASE("float and double agree to float precision over a short trial") {
  const auto method = GENERATE(Method::euler, Method::exponential_euler, Method::rk4);
  const auto network = random_network(any_kind(), any_nonlinearity(), 20, 1, seed);
  const auto trials = noisy_trials(2, 20, 3, seed);
  const auto precise = simulate(network, with(method, 4), trials);
  const auto rough = simulate(network.cast<float>(), with(method, 4), trials.cast<float>());
  // Rounding of 6e-8 per operation, sums over 20 neurons, 20 steps, states below 4
  CHECK(largest_difference(precise.state, rough.state) < 2e-5);
  CHECK(largest_difference(precise.outputs, rough.outputs) < 2e-5);
}

TEST_CASE("explicit synapses split off by Euler cost order 1, integrated jointly they keep order 4") {
  const auto network = tanh_network(any_kind());
  const Array held = constant_held(network);
  const TsodyksMarkramConstants fast{0.3, 100, 50, 40, true};
  const Assignments tcr = {
      {"synapse.kind", "tcr"}, {"synapse.form", "dense"}, {"synapse.beta", "20"}, {"synapse.tau_s_ms", "80"}};
  const Assignments tsodyks_markram = {{"synapse.kind", "tsodyks_markram"},
                                       {"synapse.use", "0.3"},
                                       {"synapse.tau_f_ms", "100"},
                                       {"synapse.tau_d_ms", "50"},
                                       {"synapse.f_max_hz", "40"}};
  const bool consistency = GENERATE(true, false);
  const Assignments& synapse = consistency ? tcr : tsodyks_markram;
  // 1/8 ms steps of order 4: (1/8)^4 of the errors at 1 ms
  const Column exact =
      (consistency ? converged(network_with_tcr(network, held, {20, 80}), with_zero_synapses(network), duration_ms, 512)
                   : converged(network_with_tsodyks_markram(network, held, fast), with_resting_synapses(network, fast),
                               duration_ms, 512))
          .head(network.size());
  REQUIRE(largest_difference(exact, end_state(network, with(Method::rk4, 1))) > 1e-3);  // the synapse matters
  check_order(1, 0.5, [&](double dt) {
    return largest_difference(end_state(network, with(Method::euler, dt), synapse), exact);
  });
  check_order(1, 0.5, [&](double dt) {
    return largest_difference(end_state(network, with(Method::exponential_euler, dt), synapse), exact);
  });
  check_order(4, 2,
              [&](double dt) { return largest_difference(end_state(network, with(Method::rk4, dt), synapse), exact); });
  CHECK(largest_difference(end_state(network, with(Method::dopri5, 16, 1e-12), synapse), exact) < 1e-9);
}

TEST_CASE("what cannot be integrated is refused") {
  auto network = tanh_network("leaky_rate");  // tau from 40 ms
  Noise noise;
  const bool activity = GENERATE(true, false);
  (activity ? noise.activity : noise.drive) = 0.1;
  for (const auto& [method, name] : {std::pair(Method::rk4, "rk4"), std::pair(Method::dopri5, "dopri5")})
    CHECK_THROWS_WITH(Simulation<double>(network, with(method, 5), noise),
                      Catch::Contains("integration.method = " + std::string(name)) && Catch::Contains("noise"));
  CHECK_NOTHROW(Simulation<double>(network, with(Method::exponential_euler, 5), noise));
  for (const auto method : {Method::euler, Method::exponential_euler, Method::rk4, Method::dopri5}) {
    CHECK_THROWS_WITH(Simulation<double>(network, with(method, 40.1)), Catch::Contains("integration.dt_ms = 40.1"));
    CHECK_NOTHROW(Simulation<double>(network, with(method, 40)));
  }
  network.kind = "rnn_map";
  CHECK_NOTHROW(Simulation<double>(network, with(Method::euler, 100)));
  for (const auto method : {Method::exponential_euler, Method::rk4, Method::dopri5})
    CHECK_THROWS_WITH(Simulation<double>(network, with(method, 5)),
                      Catch::Contains("integration.method") && Catch::Contains("rnn_map"));
  CHECK_THROWS_WITH(simulate(tanh_network("leaky_rate"), with(Method::euler, 5), noisy_trials(3, 4, 1, seed)),
                    Catch::Contains("network inputs = 2") && Catch::Contains("3 input channels"));

  network = tanh_network("leaky_rate");
  const auto trials = noisy_trials(2, 4, 2, seed);
  for (const std::string form : {"history", "chunked"}) {
    const auto synapse =
        synapse_for(network, with(Method::rk4, 5), 4, {{"synapse.kind", "tcr"}, {"synapse.form", form}});
    CHECK_THROWS_WITH(simulate(network, with(Method::rk4, 5), trials, *synapse),
                      Catch::Contains("integration.method = rk4") && Catch::Contains("synapse.form"));
  }
}

TEST_CASE("a trajectory that leaves the numbers is not a number, and the adaptive stepper returns") {
  auto network = random_network("leaky_rate", Nonlinearity::relu, 3, 1, seed);
  network.W.setConstant(1e5);
  network.r0.setOnes();
  network.b.setZero();
  network.W_in.setZero();
  const auto run = simulate(network, {Method::dopri5, 32, 1e-8}, TrialSet<double>::zeros(2, 2, 4, 1));
  CHECK(run.state.rightCols(1).array().isNaN().all());
  // A tolerance below rounding cannot be met: given up, not tried for ever
  const auto strict = simulate(tanh_network("leaky_rate"), {Method::dopri5, 32, 1e-40}, noisy_trials(2, 2, 1, seed));
  CHECK(strict.state.rightCols(1).array().isNaN().all());
}
