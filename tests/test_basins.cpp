// Basins of systems whose boundaries are known by symmetry or in closed form.
#include "analysis/points/basins.hpp"
#include "analysis/start_states.hpp"
#include "tests/catch.hpp"
#include "tests/problems.hpp"
#include "tests/statistical.hpp"
#include "tests/textbook_systems.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;
using problems::Column;
using Kind = Attractor::Kind;

namespace {

/// leaky_current neurons with tanh, tau 50, no bias
Network<double> symmetric(const Matrix<double>& W) {
  auto network = problems::random_network("leaky_current", Nonlinearity::tanh, W.rows(), 0, 1);
  network.W = W;
  network.b.setZero();
  network.tau_ms.setConstant(50);
  network.dt_ms = 5;
  return network;
}

}  // namespace

TEST_CASE("two neurons that inhibit each other: the one that starts higher wins, and each does in half of the cases") {
  Matrix<double> W(2, 2);
  W << 0, -2, -2, 0;
  const auto network = symmetric(W);
  for (const auto as : {System::As::flow, System::As::map}) {
    const System system(network, Column::Zero(2), as);
    const Index samples = 200;
    const auto starts = trial_starts(system, samples, 1, 4);
    const auto first_higher = (starts.row(0).array() > starts.row(1).array()).count();
    CHECK((not_above(first_higher, samples, 0.5) && not_below(first_higher, samples, 0.5)));
    const auto basins = find_basins(network_stepper(system), starts);
    REQUIRE(basins.attractors.size() == 2);
    CHECK(basins.unsettled == 0);
    for (const auto& attractor : basins.attractors) {
      CHECK(attractor.kind == Kind::fixed_point);
      const double a = attractor.path(0, 0);
      CHECK(attractor.count == (a > 0 ? first_higher : samples - first_higher));
      CHECK(a == Approx(-attractor.path(1, 0)));
      CHECK(a == Approx(2 * std::tanh(a)));  // -x1 - 2 tanh(x2) = 0 at x2 = -x1
      const double slope = 2 * (1 - std::tanh(a) * std::tanh(a)), dt = 5, tau = 50;
      CHECK(
          attractor.leading_per_s ==
          Approx(as == System::As::flow ? 1000 * (slope - 1) / tau : 1000 * std::log(1 + dt / tau * (slope - 1)) / dt));
    }
    for (Index i = 0; i < starts.cols(); ++i) {
      const auto& reached = basins.attractors[static_cast<std::size_t>(basins.of_sample[static_cast<std::size_t>(i)])];
      CHECK((reached.path(0, 0) > 0) == (starts(0, i) > starts(1, i)));
    }
  }
}

TEST_CASE("a saddle is no attractor, though states on the boundary end there") {
  Matrix<double> W(2, 2);
  W << 0, -2, -2, 0;
  const System system(symmetric(W), Column::Zero(2), System::As::flow);
  const auto basins = find_basins(network_stepper(system), Matrix<double>::Ones(2, 1), {1000, 1000});
  CHECK(basins.attractors.empty());
  CHECK(basins.unsettled == 1);
}

TEST_CASE("uncoupled bistable neurons: one attractor per quadrant, a quarter each") {
  const auto network = symmetric(2 * Matrix<double>::Identity(2, 2));
  const System system(network, Column::Zero(2), System::As::flow);
  const Index samples = 400;
  const auto starts = trial_starts(system, samples, 1, 5);
  const auto basins = find_basins(network_stepper(system), starts);
  REQUIRE(basins.attractors.size() == 4);
  for (const auto& attractor : basins.attractors)
    CHECK((not_above(attractor.count, samples, 0.25) && not_below(attractor.count, samples, 0.25)));
  for (Index i = 0; i < starts.cols(); ++i) {
    const auto& reached = basins.attractors[static_cast<std::size_t>(basins.of_sample[static_cast<std::size_t>(i)])];
    CHECK((reached.path.col(0).array() * starts.col(i).array() > 0).all());
  }
}

TEST_CASE("a fixed point beside a cycle: the circle between them tells which one is reached") {
  // dr/dt = -r (r^2 - 1/4)(r^2 - 1): rest and the cycle r = 1 attract, r = 1/2 repels; multiplier exp(-3/2 * 2 pi)
  const auto equations =
      rotation([](double s) { return -(s - 0.25) * (s - 1); }, [](double s) { return -(2 * s - 1.25); },
               [](double) { return 1.; }, [](double) { return 0.; });
  const auto starts = problems::normal_array(2, 100, 6, 0.5);
  const auto basins = find_basins(Stepper(equations, Method::rk4, 20), starts, {60000, 20000});
  REQUIRE(basins.attractors.size() == 2);
  CHECK(basins.unsettled == 0);
  for (Index i = 0; i < starts.cols(); ++i) {
    const auto& reached = basins.attractors[static_cast<std::size_t>(basins.of_sample[static_cast<std::size_t>(i)])];
    CHECK((reached.kind == Kind::cycle) == (starts.col(i).norm() > 0.5));
  }
  for (const auto& attractor : basins.attractors)
    if (attractor.kind == Kind::cycle) {
      CHECK(attractor.period_ms == Approx(2000 * M_PI).epsilon(1e-6));
      CHECK(attractor.leading_per_s == Approx(-1.5).epsilon(1e-4));
    } else {
      CHECK(attractor.leading_per_s == Approx(-0.25).epsilon(1e-4));
    }
}

TEST_CASE("a map's cycle of two steps is one attractor, and chaos is unsettled") {
  // One neuron with W = -3 at alpha = 1: x -> tanh(-3 x) alternates between +-a, a = tanh(3 a).
  auto network = problems::random_network("rnn_map", Nonlinearity::tanh, 1, 0, 1);
  network.W.setConstant(-3);
  network.b.setZero();
  network.tau_ms.setConstant(10);
  const System system(network, Column::Zero(2), System::As::map);
  const auto basins = find_basins(network_stepper(system), trial_starts(system, 50, 1, 7));
  REQUIRE(basins.attractors.size() == 1);
  CHECK(basins.attractors[0].kind == Kind::cycle);
  CHECK(basins.attractors[0].period_ms == 20);
  const double a = std::abs(basins.attractors[0].path(0, 0));
  CHECK(a == Approx(std::tanh(3 * a)));
  CHECK(basins.attractors[0].leading_per_s == Approx(1000 * std::log(3 * (1 - a * a)) / 10));

  const auto chaos = find_basins(Stepper(henon()), problems::normal_array(2, 10, 8, 0.1), {1e6, 1e6});
  CHECK(chaos.attractors.empty());
  CHECK(chaos.unsettled == 10);
  CHECK(chaos.unsettled_share.low == Approx(0.722).margin(0.001));
  CHECK(find_basins(Stepper(linear(Matrix<double>::Identity(2, 2) * 1e3, true)), Matrix<double>::Ones(2, 3), {1e6, 1e6})
            .unsettled == 3);
  CHECK_THROWS_WITH(find_basins(Stepper(henon()), Matrix<double>::Zero(2, 1), {-1}),
                    Catch::Contains("duration_ms = -1"));
}
