// Slow points against the normal form of a fold, whose ghost is known.
#include "analysis/points/slow_points.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

/// tau x' = -x + 2 tanh(x) + s, and a neuron that follows: tau_2 y' = -y + tanh(x) / 2. The fold of the lower branch
/// is where 2 (1 - tanh^2 x) = 1.
const double x_fold = -std::atanh(std::sqrt(0.5)), s_fold = x_fold - 2 * std::tanh(x_fold);

Network<double> self_exciting() {
  auto network = problems::random_network("leaky_current", Nonlinearity::tanh, 2, 1, 3);
  network.W << 2, 0, 0.5, 0;
  network.W_in << 1, 0, 0, 0;
  network.b.setZero();
  network.tau_ms << 50, 20;
  return network;
}

SlowPoints past_fold(double distance, double radius = 0.2) {
  const Vector<double> input = (Vector<double>(2) << s_fold + distance, 0).finished();
  SlowPointSearch search;
  search.starts = 20;
  search.radius = radius;
  return find_slow_points(System(self_exciting(), input, System::As::flow), search);
}

}  // namespace

TEST_CASE("past a fold there is one slow point, its ghost, where theory puts it") {
  for (const double distance : {1e-2, 1e-3, 1e-4}) {
    const auto found = past_fold(distance);
    INFO(distance);
    REQUIRE(found.points.size() == 1);
    const auto& ghost = found.points[0];
    // The other end of the descent is the fixed point of the upper branch.
    CHECK(ghost.hits > 0);
    CHECK(found.at_fixed_points > 0);
    CHECK(found.unfinished == 0);
    CHECK(ghost.hits + found.at_fixed_points == 20);
    // F_1 = distance + phi''(x_fold) (x - x_fold)^2 + ..: the minimum of the speed is at x_fold exactly, there F_1' =
    // 0; the follower is at rest.
    CHECK(ghost.state(0) == Approx(x_fold).margin(1e-7));
    CHECK(ghost.state(1) == Approx(std::tanh(x_fold) / 2).margin(1e-7));
    CHECK(ghost.q == Approx(distance * distance / 4).epsilon(1e-6));
    CHECK(ghost.speed_per_s == Approx(1000 * distance / 50 / std::sqrt(2.0)).epsilon(1e-6));
    CHECK(std::abs(ghost.eigenvalue) < 1e-6);
    CHECK(ghost.index == 0);
    // J v = 0: y follows x with slope (1 - tanh^2 x) / 2 = 1/4; towards larger x
    CHECK(ghost.slow_direction(0) == Approx(1 / std::hypot(1, 0.25)).epsilon(1e-6));
    CHECK(ghost.slow_direction(1) == Approx(0.25 / std::hypot(1, 0.25)).epsilon(1e-6));
  }
}

TEST_CASE("the passage of a ghost takes the time of the integral, and grows as distance^-1/2") {
  std::vector<double> log_distance, log_time;
  for (const double distance : {1e-3, 1e-4, 1e-5, 1e-6}) {
    const auto found = past_fold(distance);
    REQUIRE(found.points.size() == 1);
    REQUIRE(found.points[0].passage_ms);
    // x alone decides: integral of tau dx / F_1(x) over the passage
    const double reach = 0.2 * found.points[0].slow_direction(0);
    double integral = 0;
    const int n = 2000000;
    for (int i = 0; i < n; ++i) {
      const double x = x_fold - reach + 2 * reach * (i + 0.5) / n;
      integral += 50 * (2 * reach / n) / (-x + 2 * std::tanh(x) + s_fold + distance);
    }
    INFO(distance);
    CHECK(*found.points[0].passage_ms == Approx(integral).epsilon(0.01));
    log_distance.push_back(std::log(distance));
    log_time.push_back(std::log(*found.points[0].passage_ms));
  }
  const double exponent = (log_time.back() - log_time.front()) / (log_distance.back() - log_distance.front());
  INFO(exponent);
  CHECK(std::abs(exponent + 0.5) < 0.05);
}

TEST_CASE("before the fold its minima are fixed points, and none is a slow point") {
  const auto found = past_fold(-1e-2);
  CHECK(found.points.empty());
  CHECK(found.at_fixed_points == 20);
}

TEST_CASE("the ghost of a fold of a map") {
  auto network = self_exciting();
  network.kind = "leaky_current";
  network.dt_ms = 5;
  const Vector<double> input = (Vector<double>(2) << s_fold + 1e-4, 0).finished();
  SlowPointSearch search;
  search.starts = 20;
  const auto flow = find_slow_points(System(network, input, System::As::flow), search),
             map = find_slow_points(System(network, input, System::As::map), search);
  REQUIRE(map.points.size() == 1);
  REQUIRE(flow.points.size() == 1);
  CHECK(largest_difference(map.points[0].state, flow.points[0].state) < 1e-6);
  CHECK(map.points[0].eigenvalue.real() == Approx(1).epsilon(1e-6));
  CHECK(map.points[0].speed_per_s == Approx(flow.points[0].speed_per_s).epsilon(1e-4));
  REQUIRE(map.points[0].passage_ms);
  CHECK(*map.points[0].passage_ms == Approx(*flow.points[0].passage_ms).epsilon(0.01));
}

TEST_CASE("slow points are refused where options are out of range") {
  const System system(self_exciting(), Vector<double>::Zero(2), System::As::flow);
  SlowPointSearch search;
  search.radius = 0;
  CHECK_THROWS_WITH(find_slow_points(system, search), Catch::Contains("radius = 0"));
  search = {};
  search.starts = 0;
  CHECK_THROWS_WITH(find_slow_points(system, search), Catch::Contains("starts = 0"));
}
