// Continuation through linear regions, and branches that end nowhere.
#include "analysis/restructuring/continuation.hpp"
#include "tests/bare_networks.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

using Kind = Bifurcation::Kind;
using End = FixedPointBranch::End;

}  // namespace

TEST_CASE("border collisions of piecewise-linear networks are where they are by hand") {
  // x' = .5 x + b in its own; W = 0, two units, W(0,1) = w: x_1 = 2 b_1 + 2 w relu(x_2), x_2 = 2 b_2.
  Matrix<double> W = Matrix<double>::Zero(2, 2);
  W(0, 1) = 3;
  const Vector<double> below = (Vector<double>(2) << 1, -1).finished(), above = (Vector<double>(2) << 1, 2).finished();
  const auto a = bare("plrnn", Nonlinearity::relu, W, below), b = bare("plrnn", Nonlinearity::relu, W, above);
  const NetworkPath path(a, b, no_input, System::As::map);
  const auto persists = continue_fixed_point(path, 2 * below);
  CHECK(persists.end == End::arrives);
  CHECK(largest_difference(persists.samples.back().x, (Vector<double>(2) << 26, 4).finished()) < 1e-10);
  REQUIRE(persists.bifurcations.size() == 1);
  CHECK(persists.bifurcations[0].kind == Kind::border_collision);
  CHECK(persists.bifurcations[0].s == Approx(1 / 3.).margin(1e-11));
  CHECK_FALSE(persists.bifurcations[0].turns);
  CHECK(persists.bifurcations[0].index_after == 0);

  // Two units that excite each other by w: both on, x = 2 b + 2 w x, so x = 2 b / (1 - 2 w). With w = 1 (b < 0) the
  // point with both on is -2 b, a saddle; with both off 2 b, stable. They meet at b = 0, where both units reach their
  // kinks together; with b_2 = -1 + b_1 they do so one by one.
  Matrix<double> mutual = Matrix<double>::Zero(2, 2);
  mutual(0, 1) = 1;
  mutual(1, 0) = 1;
  // Off: x = 2 b. On: x_1 = 2 b_1 + 2 x_2, x_2 = 2 b_2 + 2 x_1 => x_1 = -(2 b_1 + 4 b_2) / 3.
  const Vector<double> first = (Vector<double>(2) << -1, -0.5).finished(),
                       second = (Vector<double>(2) << 1, -0.5).finished();
  const auto c = bare("plrnn", Nonlinearity::relu, mutual, first),
             d = bare("plrnn", Nonlinearity::relu, mutual, second);
  const auto meets = continue_fixed_point(NetworkPath(c, d, no_input, System::As::map), 2 * first);
  // b_1 = 2 s - 1: unit 1 reaches its kink at b_1 = 0 (s = .5) and goes on alone, x_2 = 2 b_2 + 4 b_1; unit 2 does at
  // b_1 = .25 (s = .625), where the branch turns: both on, x_2 = -(2 b_2 + 4 b_1) / 3 > 0 for b_1 < .25.
  REQUIRE(meets.bifurcations.size() == 2);
  CHECK(meets.bifurcations[0].s == Approx(0.5).margin(1e-11));
  CHECK_FALSE(meets.bifurcations[0].turns);
  CHECK(meets.bifurcations[1].s == Approx(0.625).margin(1e-11));
  CHECK(meets.bifurcations[1].turns);
  CHECK(meets.bifurcations[1].index_before == 0);
  CHECK(meets.bifurcations[1].index_after == 1);
  CHECK(meets.end == End::returns);
  CHECK(largest_difference(meets.samples.back().x, (Vector<double>(2) << 4 / 3., 5 / 3.).finished()) <
        1e-10);  // at b_1 = -1
}

TEST_CASE("a branch without bound and a branch that cannot be followed say so") {
  // x' = .5 x + w relu(x) + 1 by two units: at w = .5 the fixed point 2 / (1 - 2 w) is infinite.
  Matrix<double> W = Matrix<double>::Zero(2, 2);
  const Vector<double> b = Vector<double>::Ones(2);
  const auto still = bare("plrnn", Nonlinearity::relu, W, b);
  W(0, 1) = W(1, 0) = 1;
  const auto endless = bare("plrnn", Nonlinearity::relu, W, b);
  const auto branch = continue_fixed_point(NetworkPath(still, endless, no_input, System::As::map), 2 * b);
  CHECK(branch.end == End::diverges);
  CHECK(branch.samples.back().s == Approx(0.5).margin(1e-5));

  // softplus, smooth: x = softplus(w x), w to 2: no fixed point beyond w = 1.
  const auto calm = bare("leaky_rate", Nonlinearity::softplus, Matrix<double>::Constant(1, 1, 0.2),
                         Vector<double>::Ones(1)),
             wild = bare("leaky_rate", Nonlinearity::softplus, Matrix<double>::Constant(1, 1, 1.8),
                         Vector<double>::Ones(1));
  const auto away = continue_fixed_point(NetworkPath(calm, wild, no_input, System::As::flow),
                                         root_near(calm, System::As::flow, Vector<double>::Ones(1)));
  CHECK(away.end == End::diverges);
  CHECK(away.samples.back().s == Approx(0.5).margin(1e-4));

  const auto at_kink = bare("plrnn", Nonlinearity::relu, Matrix<double>::Zero(2, 2), Vector<double>::Zero(2));
  const auto lost =
      continue_fixed_point(NetworkPath(at_kink, still, no_input, System::As::map), Vector<double>::Zero(2));
  CHECK(lost.end == End::lost);
  CHECK_THAT(lost.why, Catch::Contains("kink"));
  // The other way it ends there: silent units without bias, the Jacobian of neither side alone is the point's.
  const auto to_kink =
      continue_fixed_point(NetworkPath(still, at_kink, no_input, System::As::map), 2 * Vector<double>::Ones(2));
  CHECK(to_kink.end == End::lost);
  CHECK(to_kink.bifurcations.empty());
  const auto unit = one_tanh(2, 0), other = one_tanh(2, 1);
  const NetworkPath path(unit, other, no_input, System::As::flow);
  CHECK_THROWS_WITH(continue_fixed_point(path, Vector<double>::Ones(1)), Catch::Contains("residual"));
  CHECK_THROWS_WITH(continue_fixed_point(path, Vector<double>::Ones(2)), Catch::Contains("1 finite values"));
  CHECK_THROWS_WITH(NetworkPath(unit, still, no_input, System::As::flow), Catch::Contains("plrnn"));
}
