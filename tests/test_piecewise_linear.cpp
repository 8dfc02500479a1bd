// Fixed points and cycles of piecewise-linear maps, against what is derived by hand and against long runs.
#include <algorithm>

#include "analysis/points/fixed_points.hpp"
#include "analysis/points/piecewise_linear.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

Network<double> plrnn(const Vector<double>& A, const Matrix<double>& W, const Vector<double>& b) {
  auto network = problems::random_network("plrnn", Nonlinearity::relu, A.size(), 1, 3);
  network.A = A;
  network.W = W;
  network.b = b;
  network.mask = Matrix<double>::Ones(A.size(), A.size());
  network.mask.diagonal().setZero();
  network.tau_ms.setConstant(1);
  return network;
}

System system_of(const Network<double>& network) { return System(network, Vector<double>::Zero(2), System::As::map); }

FixedPoints search(const Network<double>& network, Index max_cycle, Index starts = 100) {
  FixedPointSearch setting;
  setting.starts = starts;
  setting.max_cycle = max_cycle;
  return find_fixed_points(system_of(network), setting);
}

Vector<double> pair(double a, double b) { return (Vector<double>(2) << a, b).finished(); }

}  // namespace

TEST_CASE("a two-dimensional PLRNN has the fixed points and cycles derived by hand") {
  // A = 0, W = [[0, -2], [-2, 0]], b = 1: (x, y) -> (g(y), g(x)) with g(x) = 1 - 2 relu(x).
  // g(1) = -1, g(-1) = 1, g(1/3) = 1/3, and g(g(x)) = x has no other solution, so that no period is above 2:
  //   fixed points  (1/3, 1/3) with multipliers +-2, (1, -1) and (-1, 1) with 0 and 0
  //   2-cycles      (1, 1) (-1, -1) with 0 and 0; (1, 1/3) (1/3, -1) and (-1, 1/3) (1/3, 1) with 0 and 4
  const auto network = plrnn(pair(0, 0), (Matrix<double>(2, 2) << 0, -2, -2, 0).finished(), pair(1, 1));
  const auto found = search(network, 4);
  CHECK(found.complete == Completeness::exact);
  CHECK(found.cycles_exact_to == 4);
  REQUIRE(found.points.size() == 3);
  CHECK(found.points[0].stable);
  CHECK(found.points[1].stable);
  CHECK(found.points[2].index == 2);
  CHECK(largest_difference(found.points[2].state, pair(1 / 3., 1 / 3.)) < 1e-14);
  REQUIRE(found.cycles.size() == 3);
  for (const auto& cycle : found.cycles) {
    CHECK(cycle.states.cols() == 2);
    const double unstable = std::abs(cycle.multipliers(0));
    CHECK((cycle.stable ? unstable < 1e-12 : std::abs(unstable - 4) < 1e-12));
    CHECK(std::abs(cycle.multipliers(1)) < 1e-12);
    // The steps of the network itself lead around it, and no earlier.
    Matrix<double> x = cycle.states.col(0);
    for (Index i = 0; i < cycle.states.cols(); ++i) {
      CHECK((x - cycle.states.col(i)).cwiseAbs().maxCoeff() < 1e-12);
      x = system_of(network).next(x);
      if (i + 1 < cycle.states.cols()) CHECK((x - cycle.states.col(0)).cwiseAbs().maxCoeff() > 1e-3);
    }
    CHECK((x - cycle.states.col(0)).cwiseAbs().maxCoeff() < 1e-12);
  }
  const auto two = std::find_if(found.cycles.begin(), found.cycles.end(), [](const PeriodicOrbit& cycle) {
    return (cycle.states.cwiseAbs().array() - 1).abs().maxCoeff() < 1e-12;
  });
  REQUIRE(two != found.cycles.end());
  CHECK(two->stable);
}

TEST_CASE("a tent map has its known number of orbits of every period, unstable with multipliers +-2^k") {
  // T(z) = 2 relu(z) - 4 relu(z - 1/2) is the full tent map on [0, 1], and 0 below and one step after it. Two neurons
  // of drive T(z) and T(z) - 1/2 carry it: u' = W relu(u) + c.
  auto network = problems::random_network("rnn_map", Nonlinearity::relu, 2, 1, 3);
  network.W << 2, -4, 2, -4;
  network.b = pair(0, -0.5);
  network.tau_ms.setConstant(1);
  const auto found = search(network, 8);
  // Orbits of minimal period k of the full tent map: (1/k) sum_{d | k} mu(k/d) 2^d
  const std::vector<std::size_t> expected = {0, 0, 1, 2, 3, 6, 9, 18, 30};
  CHECK(found.cycles_exact_to == 8);
  REQUIRE(found.points.size() == 2);
  std::vector<std::size_t> count(9, 0);
  for (const auto& cycle : found.cycles) {
    const auto k = static_cast<std::size_t>(cycle.states.cols());
    ++count[k];
    CHECK_FALSE(cycle.stable);
    CHECK(std::abs(cycle.multipliers(0)) == Approx(std::pow(2, k)));
  }
  for (std::size_t k = 2; k <= 8; ++k) {
    INFO(k);
    CHECK(count[k] == expected[k]);
  }
}

TEST_CASE("the guided search finds cycles that enumeration finds, and no others") {
  // 8 neurons, k = 3 is past enumeration: one PLRNN of two neurons beside six that only decay.
  Matrix<double> W = Matrix<double>::Zero(8, 8);
  Vector<double> A = Vector<double>::Constant(8, 0.5), b = Vector<double>::Ones(8);
  W(0, 1) = 2.2;
  W(1, 0) = -1.7;
  A.head(2) << -0.4, 0.3;
  b.head(2) << 0.4, 1;
  const auto small = search(plrnn(A.head(2), W.topLeftCorner(2, 2), b.head(2)), 6), large = search(plrnn(A, W, b), 6);
  CHECK(small.cycles_exact_to == 6);
  REQUIRE(small.cycles.size() >= 2);
  CHECK(large.cycles_exact_to == 2);
  CHECK(large.points.size() == small.points.size());
  for (const auto& cycle : large.cycles) {
    const bool known = std::any_of(small.cycles.begin(), small.cycles.end(), [&](const PeriodicOrbit& other) {
      if (other.states.cols() != cycle.states.cols()) return false;
      for (Index i = 0; i < other.states.cols(); ++i)
        if ((other.states.col(i) - cycle.states.col(0).head(2)).cwiseAbs().maxCoeff() < 1e-9) return true;
      return false;
    });
    CHECK(known);
  }
  CHECK(large.cycles.size() == small.cycles.size());
}

TEST_CASE("kinks in state and drive give the map that the system steps, in every region") {
  for (const char* kind : {"plrnn", "leaky_current", "leaky_rate", "rnn_map"}) {
    auto network = problems::random_network(kind, Nonlinearity::relu, 5, 1.5, 21);
    if (network.kind == "plrnn") network.A = Vector<double>::LinSpaced(5, -0.5, 0.9);
    network.W_fb = normal_array(5, 2, 31, 0.4);
    network.dt_ms = 7;
    const System system(network, pair(0.3, -0.6), System::As::map);
    const auto map = PiecewiseLinear::of(system);
    REQUIRE(map);
    INFO(kind);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Vector<double> x = normal_array(5, 1, 100 + seed);
      CHECK((map->next(x) - system.next(x)).cwiseAbs().maxCoeff() < 1e-13);
      CHECK((map->product({map->region_of(x)}) - system.jacobian(x)).cwiseAbs().maxCoeff() < 1e-13);
    }
  }
  auto network = problems::random_network("leaky_rate", Nonlinearity::softplus, 5, 1, 3);
  CHECK_FALSE(PiecewiseLinear::of(System(network, pair(0, 0), System::As::flow)));
}

TEST_CASE("a line of fixed points is not called exact") {
  // Integrator: A = 1, no drive. Every state is a fixed point.
  const auto found = search(plrnn(pair(1, 0.5), Matrix<double>::Zero(2, 2), pair(0, 1)), 1, 20);
  CHECK(found.complete != Completeness::exact);
  CHECK(found.singular > 0);
}
