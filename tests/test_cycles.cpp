// Limit cycles with a period and multipliers known in closed form.
#include "analysis/paths/cycles.hpp"
#include "analysis/start_states.hpp"
#include "tests/catch.hpp"
#include "tests/problems.hpp"
#include "tests/textbook_systems.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;
using problems::Column;
using Outcome = CycleSearch::Outcome;

TEST_CASE("the cycle of the Hopf normal form: period 2 pi / (omega + b mu), multiplier exp(-2 mu period)") {
  const double mu = 0.3, omega = 2, b = -1, period = 2 * M_PI / (omega + b * mu);
  const Stepper stepper(hopf(mu, omega, b), Method::rk4, 10);
  CycleSetting setting;
  setting.discard_ms = 1000;  // not there yet: Newton's method does the rest
  const auto search = find_cycle(stepper, Column::Constant(2, 0.5), setting);
  REQUIRE(search.outcome == Outcome::found);
  const auto& cycle = *search.cycle;
  CHECK(cycle.period_ms == Approx(1000 * period).epsilon(1e-8));
  CHECK(cycle.path.col(0).norm() == Approx(std::sqrt(mu)).epsilon(1e-8));
  REQUIRE(cycle.multipliers.size() == 1);
  CHECK(cycle.multipliers(0).real() == Approx(std::exp(-2 * mu * period)).epsilon(1e-6));
  CHECK(cycle.stable());
  CHECK(cycle.extent() == Approx(2 * std::sqrt(mu)).epsilon(1e-3));
  CHECK(cycle.distance(Column::Zero(2)) == Approx(std::sqrt(mu)).epsilon(1e-3));
}

TEST_CASE("an unstable cycle is found from nearby, with its multiplier") {
  // dr/dt = r (r^2 - 1): repelling at r = 1, multiplier exp(2 * 2 pi)
  const auto equations = rotation([](double s) { return s - 1; }, [](double) { return 1.; }, [](double) { return 1.; },
                                  [](double) { return 0.; });
  CycleSetting setting;
  setting.discard_ms = 0;
  const auto search = find_cycle(Stepper(equations, Method::rk4, 10), Eigen::Vector2d(1 - 1e-7, 0), setting);
  REQUIRE(search.outcome == Outcome::found);
  CHECK(search.cycle->period_ms == Approx(2000 * M_PI).epsilon(1e-8));
  CHECK(std::log(search.cycle->multipliers(0).real()) == Approx(4 * M_PI).epsilon(1e-5));
  CHECK(!search.cycle->stable());
}

TEST_CASE("a rank-two network whose activity rotates has the period 2 pi tau / tan(angle)") {
  // Neuron i prefers theta_i: W = M V^T / N, M_i = a (cos, sin)(theta_i), V_i = M_i turned back by the angle alpha.
  // With kappa = V^T r / N, tau dkappa/dt = -kappa + G(|kappa|) R(alpha) kappa / |kappa|; the neurons divide the circle
  // so evenly that nothing else is left of their number. On the cycle G(k) cos(alpha) = k.
  const Index N = 64;
  const double tau = 50, alpha = 0.5, a = 2.2;
  auto network = problems::random_network("low_rank", Nonlinearity::tanh, N, 0, 1);
  network.W.resize(0, 0);
  network.M.resize(N, 2);
  network.V.resize(N, 2);
  Column theta(N);
  for (Index i = 0; i < N; ++i) {
    theta(i) = 2 * M_PI * static_cast<double>(i) / N;
    network.M.row(i) << a * std::cos(theta(i)), a * std::sin(theta(i));
    network.V.row(i) << a * std::cos(theta(i) + alpha), a * std::sin(theta(i) + alpha);
  }
  network.b.setZero();
  network.tau_ms.setConstant(tau);
  const System system(network, Column::Zero(2), System::As::flow);
  const auto stepper = network_stepper(system, Method::rk4, 2);
  CycleSetting setting;
  setting.discard_ms = 500;
  const auto search = find_cycle(stepper, trial_starts(system, 1, 1, 3), setting);
  REQUIRE(search.outcome == Outcome::found);
  const auto& cycle = *search.cycle;
  const double period = 2 * M_PI * tau / std::tan(alpha);
  CHECK(cycle.period_ms == Approx(period).epsilon(1e-7));

  // G(k) = mean of V-direction times tanh; k on the cycle by bisection, then the multipliers
  const auto G = [&](double k) { return a * (theta.array().cos() * (a * k * theta.array().cos()).tanh()).mean(); };
  const auto slope = [&](double k) {
    return a * a * (theta.array().cos().square() * (1 - (a * k * theta.array().cos()).tanh().square())).mean();
  };
  double low = 1e-3, high = 10;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (G(middle) * std::cos(alpha) > middle ? low : high) = middle;
  }
  CHECK((network.V.transpose() * cycle.path.col(0) / N).norm() == Approx(low).epsilon(1e-7));
  REQUIRE(cycle.multipliers.size() == N - 1);
  const double radial = std::exp(period / tau * (slope(low) * std::cos(alpha) - 1));
  CHECK(cycle.multipliers(0).real() == Approx(radial).epsilon(1e-5));
  CHECK(std::abs(cycle.multipliers(1)) ==
        Approx(std::exp(-period / tau)).epsilon(1e-3));  // all else forgets at its leak
}

TEST_CASE("a search without a cycle says why, a cycle found twice is one, and maps are refused") {
  const auto outcome = [](const Equations& equations, const Vector<double>& start, CycleSetting setting = {}) {
    return find_cycle(Stepper(equations, Method::rk4, 10), start, setting).outcome;
  };
  Matrix<double> decay = -Matrix<double>::Identity(2, 2), spiral = decay;
  spiral << -0.1, -2, 2, -0.1;
  CycleSetting soon;
  soon.discard_ms = 0;
  CHECK(outcome(linear(decay), Column::Ones(2), {50000}) == Outcome::at_rest);
  CHECK(outcome(linear(decay), Column::Ones(2), soon) == Outcome::no_return);
  CHECK(outcome(linear(spiral), Column::Ones(2), soon) ==
        Outcome::not_converged);  // it turns, but every turn is smaller
  CHECK_THROWS_WITH(find_cycle(Stepper(henon()), Column::Zero(2)), Catch::Contains("as = map"));
  CHECK_THROWS_WITH(outcome(linear(decay), Column::Ones(2), {-1}), Catch::Contains("discard_ms = -1"));

  const Stepper stepper(hopf(1, 1, 0), Method::rk4, 10);
  CycleSetting settled;
  settled.discard_ms = 20000;
  const auto one = find_cycle(stepper, Eigen::Vector2d(0.1, 0), settled),
             other = find_cycle(stepper, Eigen::Vector2d(-0.3, 2), settled);
  REQUIRE(one.cycle.has_value());
  REQUIRE(other.cycle.has_value());
  CHECK(same_cycle(*one.cycle, *other.cycle));
}

TEST_CASE("a run without bound has diverged, and one that comes to rest late is at rest, also where it turned before") {
  const auto outcome = [](const Equations& equations, double discard_ms, double duration_ms) {
    CycleSetting setting;
    setting.discard_ms = discard_ms;
    setting.duration_ms = duration_ms;
    return find_cycle(Stepper(equations, Method::rk4, 10), Column::Ones(2), setting).outcome;
  };
  const Matrix<double> decay = -Matrix<double>::Identity(2, 2);
  Matrix<double> in = decay, out = decay;
  in << -0.1, -2, 2, -0.1;
  out << 0.1, -2, 2, 0.1;
  const auto drift = textbook(
      2, false, [](const Vector<double>&) -> Vector<double> { return Column::Ones(2); },
      [](const Vector<double>&) -> Matrix<double> { return Matrix<double>::Zero(2, 2); });
  // e^t passes 10^6 at 14 s, 10^100 at 230 s and the largest number at 710 s; e^-t is at rest after some 30 s.
  for (const double discard_ms : {0., 20000., 300000., 800000.})
    CHECK(outcome(linear(-decay), discard_ms, 20000) == Outcome::diverged);
  CHECK(outcome(linear(-decay), 0, 10000) == Outcome::no_return);
  CHECK(outcome(linear(10000 * -decay), 0, 10000) == Outcome::diverged);  // within the first step
  CHECK(outcome(linear(out), 0, 200000) == Outcome::diverged);
  CHECK(outcome(drift, 0, 10000) == Outcome::no_return);
  CHECK(outcome(linear(decay), 0, 50000) == Outcome::at_rest);
  CHECK(outcome(linear(in), 0, 400000) == Outcome::at_rest);

  Matrix<double> starts(2, 3);
  starts << 0, 1, -1, 0, 1, 0;
  const auto list = find_cycles(Stepper(linear(-decay), Method::rk4, 10), starts);
  CHECK((list.at_rest == 1 && list.diverged == 2 && list.no_return == 0 && list.not_converged == 0));
}

TEST_CASE("the shortest cycle of the Lorenz attractor has its published period, and the multiplier of its orbit") {
  // Viswanath 2003, doi:10.1016/S0167-2789(03)00129-9, cycle AB: a state with z = 27 and the period. The multipliers by
  // an eighth-order Runge-Kutta method at 1e-13; their product is exp(-41/3 T).
  CycleSetting setting;
  setting.discard_ms = 0;
  const auto search = find_cycle(Stepper(lorenz(), Method::rk4, 2),
                                 Eigen::Vector3d(-13.763610682134 + 1e-5, -19.578751942452, 27), setting);
  REQUIRE(search.outcome == Outcome::found);
  const auto& cycle = *search.cycle;
  CHECK(cycle.period_ms == Approx(1558.6522107162).epsilon(1e-7));
  CHECK(std::abs(cycle.multipliers(0)) == Approx(4.71294727).epsilon(1e-5));
  CHECK(!cycle.stable());
}

TEST_CASE("two turns of a cycle are not a cycle of their own") {
  // Close to its period doubling the path comes back on the other side and, after two turns, nearer: a Newton search
  // that starts there closes after two.
  const Stepper stepper(roessler(2.6), Method::rk4, 20);
  CycleSetting settled, early;
  settled.discard_ms = 400000;
  early.duration_ms = settled.duration_ms = 40000;
  const auto reference = find_cycle(stepper, Column::Ones(3), settled);
  REQUIRE(reference.cycle.has_value());
  CHECK(reference.cycle->multipliers(0).real() < -0.5);
  for (const double discarded : {10000., 20000., 30000., 40000.}) {
    early.discard_ms = discarded;
    const auto search = find_cycle(stepper, Column::Ones(3), early);
    INFO(discarded << " ms discarded");
    REQUIRE(search.cycle.has_value());
    CHECK(search.cycle->period_ms == Approx(reference.cycle->period_ms).epsilon(1e-6));
  }
}
