// Steppers against closed forms, hand-written loops and converged references; nonlinearities against the standard
// library.
//
// Time steps are powers of two, so that times add up exactly. Over 64 ms an observed order is within 0.15 of the true
// one when dt is at most tau/10: the next term of the error is dt/tau times the leading one.

#include <limits>

#include "sim/random.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

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
  CHECK_THROWS_AS(Simulation<double>(network, with(Method::rk4, 5), noise), UserError);
  CHECK_THROWS_AS(Simulation<double>(network, with(Method::dopri5, 5), noise), UserError);
  CHECK_NOTHROW(Simulation<double>(network, with(Method::exponential_euler, 5), noise));
  for (const auto method : {Method::euler, Method::exponential_euler, Method::rk4, Method::dopri5}) {
    CHECK_THROWS_AS(Simulation<double>(network, with(method, 40.1)), UserError);
    CHECK_NOTHROW(Simulation<double>(network, with(method, 40)));
  }
  network.kind = "rnn_map";
  CHECK_NOTHROW(Simulation<double>(network, with(Method::euler, 100)));
  for (const auto method : {Method::exponential_euler, Method::rk4, Method::dopri5})
    CHECK_THROWS_AS(Simulation<double>(network, with(method, 5)), UserError);
  CHECK_THROWS_AS(simulate(tanh_network("leaky_rate"), with(Method::euler, 5), noisy_trials(3, 4, 1, seed)), UserError);

  network = tanh_network("leaky_rate");
  const auto trials = noisy_trials(2, 4, 2, seed);
  for (const std::string form : {"history", "chunked"}) {
    const auto synapse =
        synapse_for(network, with(Method::rk4, 5), 4, {{"synapse.kind", "tcr"}, {"synapse.form", form}});
    CHECK_THROWS_AS(simulate(network, with(Method::rk4, 5), trials, *synapse), UserError);
  }
}

TEST_CASE("trials start from r0, or from phi of normal currents of SD 0.1") {
  const std::string kind = GENERATE(std::string("leaky_rate"), std::string("leaky_current"), std::string("rnn_map"));
  auto network = random_network(kind, any_nonlinearity(), 50, 1, seed);
  const auto trials = noisy_trials(2, 1, 400, seed);
  const auto fixed = simulate(network, with(Method::euler, 5), trials);
  CHECK(identical(fixed.state.leftCols(400), network.r0.replicate(1, 400)));

  network.r0.resize(0);
  const Array start = simulate(network, with(Method::euler, 5), trials).state.leftCols(400);
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

namespace {

template <class Scalar>
Scalar value_of(Nonlinearity kind, double u) {
  Matrix<Scalar> one = Matrix<Scalar>::Constant(1, 1, static_cast<Scalar>(u));
  apply<Scalar>(kind, one);
  return one(0, 0);
}

/// Values and slopes at `points`, computed one by one and all at once (vector instructions take another path).
template <class Scalar>
void check_against_the_standard_library(Nonlinearity kind, const std::vector<double>& points) {
  const auto count = static_cast<Index>(points.size());
  Matrix<Scalar> values(count, 1), slopes = Matrix<Scalar>::Ones(count, 1);
  for (Index i = 0; i < count; ++i) values(i) = static_cast<Scalar>(points[static_cast<std::size_t>(i)]);
  const Matrix<Scalar> u = values;
  apply<Scalar>(kind, values);
  multiply_by_slope<Scalar>(kind, values, slopes);
  const double rounding = 8 * static_cast<double>(std::numeric_limits<Scalar>::epsilon());
  for (Index i = 0; i < count; ++i) {
    const auto at = static_cast<double>(u(i));
    INFO(name_of(kind) << " at " << at);
    const double expected = phi(kind, at);
    CHECK(std::abs(values(i) - expected) <= rounding * std::max(1., std::abs(expected)));
    CHECK(std::abs(value_of<Scalar>(kind, at) - expected) <= rounding * std::max(1., std::abs(expected)));
    CHECK(std::abs(slopes(i) - slope(kind, at)) <= rounding);
  }
}

}  // namespace

TEST_CASE("nonlinearities and their slopes equal the standard library's, far into saturation") {
  const auto kind = any_nonlinearity();
  std::vector<double> points;
  for (const double size : {0., 1e-9, 1e-3, 0.1, 0.5, 1., 2., 3.7, 8., 9.5, 17., 20., 36., 50., 100., 800., 1e4, 1e30})
    for (const double sign : {-1., 1.}) points.push_back(sign * size);
  points.push_back(0.25);  // an odd number of points: the last ones do not fill a vector register
  check_against_the_standard_library<double>(kind, points);
  check_against_the_standard_library<float>(kind, points);
}

TEST_CASE("slopes are the derivative of the values, and f(0) is what the model says") {
  const auto kind = any_nonlinearity();
  constexpr double h = 1e-5;
  for (double u = -4.95; u < 5; u += 0.3) {  // 0 is left out: relu has no derivative there
    Matrix<double> value = Matrix<double>::Constant(1, 1, value_of<double>(kind, u)),
                   derivative = Matrix<double>::Ones(1, 1);
    multiply_by_slope<double>(kind, value, derivative);
    const double difference = (value_of<double>(kind, u + h) - value_of<double>(kind, u - h)) / (2 * h);
    INFO(name_of(kind) << " at " << u);
    CHECK(std::abs(derivative(0) - difference) < 1e-9);  // h^2/6 of a third derivative below 2, and rounding 5e-16 / h
  }
  CHECK(value_of<double>(kind, 0) == Approx(kind == Nonlinearity::softplus   ? std::log(2)
                                            : kind == Nonlinearity::logistic ? 0.5
                                                                             : 0)
                                         .margin(0));
  Matrix<double> at_threshold = Matrix<double>::Zero(1, 1), target = Matrix<double>::Ones(1, 1);
  multiply_by_slope<double>(Nonlinearity::relu, at_threshold, target);
  CHECK(target(0) == 0);
  CHECK(nonlinearity_from(name_of(kind)) == kind);
  CHECK_THROWS_AS(nonlinearity_from("sine"), UserError);
}

TEST_CASE("a drive that is not a number never turns into a rate") {
  const auto kind = any_nonlinearity();
  for (const Index size : {1, 37}) {
    Matrix<double> values = Matrix<double>::Constant(size, 1, NAN);
    Matrix<float> rough = Matrix<float>::Constant(size, 1, NAN);
    apply<double>(kind, values);
    apply<float>(kind, rough);
    INFO(name_of(kind) << ", " << size << " neurons");
    CHECK(values.array().isNaN().all());
    CHECK(rough.array().isNaN().all());
  }
}

TEST_CASE("a trial does not depend on the other trials of its batch, nor on the runs before it") {
  const auto method = GENERATE(Method::euler, Method::exponential_euler, Method::rk4, Method::dopri5);
  const auto network = tanh_network(any_kind());
  const auto trials = noisy_trials(2, 20, 4, seed);
  Simulation<double> simulation(network, with(method, 32, 1e-6));
  Synapse<double> none;
  const auto first = simulation.run(trials, {}, none);
  const auto second = simulation.run(trials, {}, none);
  CHECK(identical(first.state, second.state));
  for (Index b = 0; b < trials.batch; ++b) {
    auto alone = TrialSet<double>::zeros(2, 2, trials.steps, 1);
    alone.inputs = of_trial(trials.inputs, trials.batch, b);
    CHECK(largest_difference(simulate(network, with(method, 32, 1e-6), alone).state,
                             of_trial(first.state, trials.batch, b)) < 1e-13);
  }
}

TEST_CASE("population speed is the root mean square of rate changes per second, over valid steps") {
  const auto network = random_network("leaky_rate", any_nonlinearity(), 8, 1.5, seed);
  auto trials = noisy_trials(2, 30, 3, seed);
  trials.length = {30, 12, 21};
  Simulation<double> simulation(network, with(Method::euler, 4));
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
  Simulation<double> decay(neuron, with(Method::exponential_euler, 2));
  decay.run(silence, {}, none);
  double squares = 0;
  for (int t = 0; t < 16; ++t) {
    const double x = std::exp(-2 * t / 40.);
    squares += std::pow((1 - std::pow(std::tanh(x), 2)) * x / 0.040, 2) / 16;
  }
  CHECK(population_speed(decay, silence) == Approx(std::sqrt(squares)).epsilon(1e-12));  // rounding
}

namespace {
template <class Scalar>
void check_tail(Nonlinearity kind) {
  for (const double u : {-5., -12., -20., -40., -80.}) {
    for (const Index size : {1, 37}) {  // one by one, and by vector instructions
      Matrix<Scalar> value = Matrix<Scalar>::Constant(size, 1, static_cast<Scalar>(u)),
                     gain = Matrix<Scalar>::Ones(size, 1);
      apply<Scalar>(kind, value);
      multiply_by_slope<Scalar>(kind, value, gain);
      // The exponential of u itself is rounded by |u| times that of one operation
      const double relative = (8 + 2 * std::abs(u)) * static_cast<double>(std::numeric_limits<Scalar>::epsilon());
      INFO(name_of(kind) << " at " << u << ", " << size << " neurons");
      CHECK((value.template cast<double>().array() / phi(kind, u) - 1).abs().maxCoeff() < relative);
      CHECK((gain.template cast<double>().array() / slope(kind, u) - 1).abs().maxCoeff() < relative);
    }
  }
}
}  // namespace

TEST_CASE("far below threshold softplus keeps the relative precision of its value and slope") {
  check_tail<double>(Nonlinearity::softplus);
  check_tail<float>(Nonlinearity::softplus);
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
