// Fixed points followed from checkpoint to checkpoint, on networks whose changes are known.
#include "analysis/points/fixed_points.hpp"
#include "analysis/restructuring/followed.hpp"
#include "tests/bare_networks.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr auto flow = System::As::flow;

Network<double> tanh_network(const Matrix<double>& W, const Vector<double>& b) {
  return bare("leaky_rate", Nonlinearity::tanh, W, b);
}
Index stable_points(const Followed& followed, std::size_t k) {
  const auto& points = followed.points[k];
  return std::count_if(points.begin(), points.end(), [](const auto& point) { return point.stable; });
}
/// Every arc that has two ends ends at fixed points, and no two arcs of an interval share an end.
void check_consistent(const Followed& followed) {
  std::vector<std::tuple<Index, bool, Index>> ends;
  for (const auto& arc : followed.arcs) {
    ends.emplace_back(arc.interval, arc.from.later, arc.from.point);
    if (arc.to) ends.emplace_back(arc.interval, arc.to->later, arc.to->point);
  }
  std::sort(ends.begin(), ends.end());
  CHECK(std::adjacent_find(ends.begin(), ends.end()) == ends.end());
}

}  // namespace

TEST_CASE("points that only move, in any order, are no changes") {
  const double w = 2;
  const auto a = one_tanh(w, 0), b = one_tanh(w, 0.1), c = one_tanh(w, -0.2);
  for (const bool stable_only : {true, false}) {
    FollowSetting setting;
    setting.stable_only = stable_only;
    const auto followed = follow_fixed_points({a, b, c}, no_input, flow, setting);
    CHECK(followed.changes.empty());
    CHECK(followed.matched.empty());
    CHECK(followed.tracks == (stable_only ? 2 : 3));
    CHECK(followed.successions == 4);
    CHECK(followed.alike == 4);
    CHECK(followed.mistaken == 0);
    check_consistent(followed);
  }
  // The list is by the first entry of the state, which is another one's at the third checkpoint.
  const auto coupled = [&](double by) {
    return tanh_network((Matrix<double>(2, 2) << w, by, 0, w).finished(), Vector<double>::Zero(2));
  };
  FollowSetting thorough;
  thorough.starts = 100;
  const auto turned = follow_fixed_points({coupled(0.05), coupled(0.01), coupled(-0.05)}, no_input, flow, thorough);
  CHECK(turned.changes.empty());
  const auto upper_first = [&](std::size_t k) { return turned.points[k][0].state(1) > 0; };
  REQUIRE_FALSE(upper_first(1));
  REQUIRE(upper_first(2));
  for (std::size_t k = 0; k < 3; ++k) CHECK(turned.points[k][0].track == (upper_first(k) == upper_first(0) ? 0 : 1));
  const auto pair = tanh_network(Matrix<double>::Identity(2, 2) * w, Vector<double>::Zero(2));
  FollowSetting many;
  many.starts = 100;
  const auto same = follow_fixed_points({pair, pair}, no_input, flow, many);
  CHECK(same.changes.empty());
  CHECK(stable_points(same, 0) == 4);
  CHECK(same.tracks == 4);
}

TEST_CASE("a fold between two checkpoints is dated to its place, and its partners are named") {
  // b from 0 by .5 b* to 2.5 b*: the upper point meets the middle one at b*, a quarter into the second interval.
  const double w = 2, x_fold = std::sqrt(0.5), b_fold = std::atanh(x_fold) - w * x_fold;
  const std::vector<Network<double>> forward = {one_tanh(w, 0), one_tanh(w, 0.5 * b_fold), one_tanh(w, 2.5 * b_fold)},
                                     backward(forward.rbegin(), forward.rend());
  for (const bool stable_only : {true, false}) {
    FollowSetting setting;
    setting.stable_only = stable_only;
    const auto vanishes = follow_fixed_points(forward, no_input, flow, setting);
    REQUIRE(vanishes.changes.size() == 1);
    const auto& change = vanishes.changes[0];
    CHECK(change.type == "fold");
    CHECK(change.effect == "pair vanishes");
    CHECK(change.interval == 1);
    CHECK(change.s == Approx(0.25).margin(1e-9));
    CHECK(change.index_before == 0);
    CHECK(change.index_after == 1);
    REQUIRE(change.tracks.size() == 2);
    // The tracks are those of the upper and the middle point of the checkpoint before.
    Index partners = 0;
    for (const auto& point : vanishes.points[1]) {
      const bool partner = point.track == change.tracks[0] || point.track == change.tracks[1];
      CHECK(partner == (point.state(0) > -0.5));
      partners += partner;
    }
    CHECK(partners == 2);
    CHECK(stable_points(vanishes, 1) == 2);
    CHECK(stable_points(vanishes, 2) == 1);
    check_consistent(vanishes);

    const auto appears = follow_fixed_points(backward, no_input, flow, setting);
    REQUIRE(appears.changes.size() == 1);
    CHECK(appears.changes[0].effect == "pair appears");
    CHECK(appears.changes[0].interval == 0);
    CHECK(appears.changes[0].s == Approx(0.75).margin(1e-9));
    check_consistent(appears);
  }
}

TEST_CASE("points that a search missed are found by continuation and not called born") {
  // Both attractors of one unit exist as long as |b| < .53. From one start the search meets the lower one while b is
  // negative and the upper one once it is positive.
  std::vector<Network<double>> networks;
  for (int k = 0; k < 8; ++k) networks.push_back(one_tanh(2, -0.5 + k / 7.));
  FollowSetting setting;
  setting.starts = 1;
  const auto followed = follow_fixed_points(networks, no_input, flow, setting);
  CHECK(followed.changes.empty());
  CHECK(followed.tracks == 2);
  Index not_searched = 0;
  for (std::size_t k = 0; k < 8; ++k) {
    CHECK(stable_points(followed, k) == 2);
    for (const auto& point : followed.points[k]) not_searched += point.stable && !point.searched;
  }
  CHECK(not_searched >= 1);
}

TEST_CASE("a pitchfork is one branch point with its three tracks") {
  const Vector<double> v = (Vector<double>(3) << 1, -1, 1).finished() / std::sqrt(3.0), zero = Vector<double>::Zero(3);
  const auto followed = follow_fixed_points(
      {tanh_network(0.5 * v * v.transpose(), zero), tanh_network(2 * v * v.transpose(), zero)}, no_input, flow);
  REQUIRE(followed.changes.size() == 1);
  CHECK(followed.changes[0].type == "branch point");
  CHECK(followed.changes[0].effect == "stability lost, pair appears");
  CHECK(followed.changes[0].s == Approx(1 / 3.).margin(1e-9));
  CHECK(followed.changes[0].tracks == std::vector<Index>{0, 1, 2});
  CHECK(stable_points(followed, 1) == 2);
}

TEST_CASE("stability is lost and gained where an oscillation begins and ends") {
  const auto turning = [](double size) {
    return tanh_network(size * (Matrix<double>(2, 2) << std::cos(1), -std::sin(1), std::sin(1), std::cos(1)).finished(),
                        Vector<double>::Zero(2));
  };
  const auto followed = follow_fixed_points({turning(1), turning(3), turning(1)}, no_input, flow);
  REQUIRE(followed.changes.size() == 2);
  const double at = (1 / std::cos(1.0) - 1) / 2;
  CHECK(followed.changes[0].type == "Hopf");
  CHECK(followed.changes[0].effect == "stability lost");
  CHECK(followed.changes[0].s == Approx(at).margin(1e-9));
  CHECK(followed.changes[1].effect == "stability gained");
  CHECK(followed.changes[1].interval == 1);
  CHECK(followed.changes[1].s == Approx(1 - at).margin(1e-9));
  CHECK(followed.changes[1].index_before == 2);
  CHECK(followed.changes[1].index_after == 0);
}

TEST_CASE("what continuation loses is matched by distance, or dies and is born") {
  // A plrnn whose two units reach their kinks together cannot be continued; the points before and after are x = 2 b.
  const auto at = [](double b) {
    auto network = tanh_network(Matrix<double>::Zero(2, 2), Vector<double>::Constant(2, b));
    network.kind = "plrnn";
    network.nonlinearity = Nonlinearity::relu;
    network.A.setConstant(2, 0.5);
    return network;
  };
  FollowSetting setting;
  setting.birth_cost = 2;
  const auto near = follow_fixed_points({at(-0.5), at(0.5)}, no_input, System::As::map, setting);
  CHECK(near.changes.empty());
  REQUIRE(near.matched.size() == 1);
  CHECK(near.tracks == 1);
  // |2 (1, 1)| = 2.83 is more than twice .5
  setting.birth_cost = 0.5;
  const auto far = follow_fixed_points({at(-0.5), at(0.5)}, no_input, System::As::map, setting);
  CHECK(far.matched.empty());
  REQUIRE(far.changes.size() == 2);
  for (const char* type : {"death", "birth"}) {
    const auto change =
        std::find_if(far.changes.begin(), far.changes.end(), [&](const auto& c) { return c.type == type; });
    REQUIRE(change != far.changes.end());
    CHECK_THAT(change->effect, Catch::Contains("lost") && Catch::Contains("kinks together"));
  }
  CHECK(far.tracks == 2);
}

TEST_CASE("sets along a path of random networks agree with searches that know of no path") {
  // Every attractor that 400 starts find at each checkpoint is in the followed set, found from 20.
  const Matrix<double> from = normal_array(10, 10, 5, 1.2 / std::sqrt(10.0)),
                       to = normal_array(10, 10, 6, 2 / std::sqrt(10.0));
  const Vector<double> b = normal_array(10, 1, 7, 0.1);
  std::vector<Network<double>> networks;
  for (int k = 0; k <= 6; ++k) networks.push_back(tanh_network((1 - k / 6.) * from + k / 6. * to, b));
  FollowSetting setting;
  setting.starts = 20;
  const auto followed = follow_fixed_points(networks, no_input, flow, setting);
  check_consistent(followed);
  CHECK(followed.matched.empty());
  for (std::size_t k = 0; k < networks.size(); ++k) {
    FixedPointSearch search;
    search.starts = 400;
    search.seed = 99;
    Index found = 0, met = 0;
    for (const auto& point : find_fixed_points(System(networks[k], no_input, flow), search).points) {
      if (!point.stable) continue;
      ++found;
      for (const auto& known : followed.points[k])
        met += known.stable && (known.state - point.state).cwiseAbs().maxCoeff() < 1e-6;
    }
    INFO("checkpoint " << k);
    CHECK(met == found);
    CHECK(stable_points(followed, k) == found);
  }
  // The number of attractors changes only where a change says so: folds by one each, stability gained or lost by one.
  for (std::size_t k = 0; k + 1 < networks.size(); ++k) {
    Index expected = stable_points(followed, k);
    for (const auto& change : followed.changes) {
      if (change.interval != static_cast<Index>(k)) continue;
      if (change.index_before == 0 && change.type == "fold") expected += change.effect == "pair appears" ? 1 : -1;
      if (change.effect == "stability gained") ++expected;
      if (change.effect == "stability lost") --expected;
    }
    CHECK(stable_points(followed, k + 1) == expected);
  }
  const auto again = follow_fixed_points(networks, no_input, flow, setting);
  REQUIRE(again.changes.size() == followed.changes.size());
  for (std::size_t i = 0; i < again.changes.size(); ++i) CHECK(again.changes[i].s == followed.changes[i].s);
}

TEST_CASE("following is refused where it has no answer") {
  const auto unit = one_tanh(2, 0), pair = tanh_network(Matrix<double>::Identity(2, 2), Vector<double>::Zero(2));
  FollowSetting setting;
  CHECK_THROWS_WITH(follow_fixed_points({unit}, no_input, flow), Catch::Contains("2 or more"));
  CHECK_THROWS_WITH(follow_fixed_points({unit, pair}, no_input, flow), Catch::Contains("W 2 x 2"));
  setting.birth_cost = -1;
  CHECK_THROWS_WITH(follow_fixed_points({unit, unit}, no_input, flow, setting), Catch::Contains("birth_cost"));
  setting = {};
  setting.starts = 0;
  CHECK_THROWS_WITH(follow_fixed_points({unit, unit}, no_input, flow, setting), Catch::Contains("starts"));
}
