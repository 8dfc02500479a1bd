// Continuation of fixed points against paths whose bifurcations are known in closed form.
#include "analysis/continuation.hpp"

#include "analysis/newton.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

using Kind = Bifurcation::Kind;
using End = FixedPointBranch::End;
const Vector<double> no_input = Vector<double>(0);

/// No inputs, no readout; tau 50 ms; dt_ms 10 where it is a map in Euler steps.
Network<double> bare(const std::string& kind, Nonlinearity phi_kind, const Matrix<double>& W,
                     const Vector<double>& b) {
  Network<double> network;
  network.kind = kind;
  network.nonlinearity = phi_kind;
  network.W = W;
  network.b = b;
  network.W_in.resize(W.rows(), 0);
  network.W_out.resize(0, W.rows());
  network.b_out.resize(0);
  network.tau_ms.setConstant(W.rows(), 50);
  if (kind == "plrnn") network.A.setConstant(W.rows(), 0.5);
  return network;
}
Network<double> one_tanh(double w, double b) {
  return bare("leaky_rate", Nonlinearity::tanh, Matrix<double>::Constant(1, 1, w), Vector<double>::Constant(1, b));
}
Matrix<double> turning(double size, double angle) {
  return size * (Matrix<double>(2, 2) << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle)).finished();
}
Vector<double> root_near(const Network<double>& network, System::As as, const Vector<double>& guess) {
  return *find_root(System(network, no_input, as), guess);
}

}  // namespace

TEST_CASE("a tanh unit's fold under a moving bias is where it is in closed form") {
  // x = tanh(w x + b): fold where w (1 - x^2) = 1.
  for (const double w : {1.2, 2.0, 5.0}) {
    const double x_fold = std::sqrt(1 - 1 / w), b_fold = std::atanh(x_fold) - w * x_fold;  // upper branch, b < 0
    const auto a = one_tanh(w, 0), b = one_tanh(w, 3 * b_fold);
    const NetworkPath path(a, b, no_input, System::As::flow);
    const auto upper = root_near(a, System::As::flow, Vector<double>::Constant(1, 0.99));
    const auto branch = continue_fixed_point(path, upper);
    INFO(w);
    CHECK(branch.end == End::returns);  // round the fold to the unstable point at b = 0, which is 0
    CHECK(std::abs(branch.samples.back().x(0)) < 1e-10);
    REQUIRE(branch.bifurcations.size() == 1);
    const auto& fold = branch.bifurcations[0];
    CHECK(fold.kind == Kind::fold);
    CHECK(fold.turns);
    CHECK(fold.s == Approx(1 / 3.).margin(1e-11));
    CHECK(fold.state(0) == Approx(x_fold).margin(1e-7));
    CHECK(std::abs(fold.eigenvalue) < 1e-6);
    CHECK(fold.index_before == 0);
    CHECK(fold.index_after == 1);
    // Every sample is a fixed point where it says.
    for (const auto& sample : branch.samples) CHECK(residual_of(path.at(sample.s), sample.x) < 1e-11);
    // From the lower branch the point only moves.
    const auto lower = continue_fixed_point(path, -upper);
    CHECK(lower.end == End::arrives);
    CHECK(lower.bifurcations.empty());
  }
}

TEST_CASE("an S-shaped branch is followed round both folds") {
  // b from -b0 to b0 with the state on the lower branch: arrives on the upper one without a jump.
  const double w = 2, x_fold = std::sqrt(0.5), b_fold = w * x_fold - std::atanh(x_fold), b0 = 2 * b_fold;
  const auto a = one_tanh(w, -b0), b = one_tanh(w, b0);
  const NetworkPath path(a, b, no_input, System::As::flow);
  const auto branch =
      continue_fixed_point(path, root_near(a, System::As::flow, Vector<double>::Constant(1, -1)));
  CHECK(branch.end == End::arrives);
  REQUIRE(branch.bifurcations.size() == 2);
  CHECK(branch.bifurcations[0].s == Approx(0.75).margin(1e-11));
  CHECK(branch.bifurcations[1].s == Approx(0.25).margin(1e-11));
  for (const auto& each : branch.bifurcations) CHECK(each.kind == Kind::fold);
  CHECK(branch.bifurcations[0].index_after == 1);
  CHECK(branch.bifurcations[1].index_after == 0);
}

TEST_CASE("a rank-one network has its branch point at gain 1") {
  // W = g v v^T, g from .5 to 2 in W, |v| = 1.
  const Index N = 5;
  Vector<double> v = Vector<double>::Constant(N, 1 / std::sqrt(5.0));
  v(2) *= -1;
  const Vector<double> zero = Vector<double>::Zero(N);
  const auto a = bare("leaky_rate", Nonlinearity::tanh, 0.5 * v * v.transpose(), zero),
             b = bare("leaky_rate", Nonlinearity::tanh, 2 * v * v.transpose(), zero);
  const NetworkPath path(a, b, no_input, System::As::flow);
  const auto origin = continue_fixed_point(path, zero);
  CHECK(origin.end == End::arrives);
  REQUIRE(origin.bifurcations.size() == 1);
  CHECK(origin.bifurcations[0].kind == Kind::branch_point);
  CHECK_FALSE(origin.bifurcations[0].turns);
  CHECK(origin.bifurcations[0].s == Approx(1 / 3.).margin(1e-10));
  CHECK(origin.bifurcations[0].index_after == 1);
  // Backwards from one arm of the pitchfork: over its top to the other arm.
  const auto back = path.reversed();
  const Vector<double> arm = root_near(b, System::As::flow, 2 * v);
  const auto over = continue_fixed_point(back, arm);
  CHECK(over.end == End::returns);
  CHECK(largest_difference(over.samples.back().x, -arm) < 1e-10);
  REQUIRE(over.bifurcations.size() == 1);
  CHECK(over.bifurcations[0].kind == Kind::branch_point);
  CHECK(over.bifurcations[0].turns);
  CHECK(1 - over.bifurcations[0].s == Approx(1 / 3.).margin(1e-6));
}

TEST_CASE("a map flips and a planar network begins to rotate where they must") {
  // x' = tanh(w x), w from -.5 to -1.5: flip at w = -1.
  const Vector<double> one = Vector<double>::Zero(1), two = Vector<double>::Zero(2);
  const auto a = bare("rnn_map", Nonlinearity::tanh, Matrix<double>::Constant(1, 1, -0.5), one),
             b = bare("rnn_map", Nonlinearity::tanh, Matrix<double>::Constant(1, 1, -1.7), one);
  const auto flipped = continue_fixed_point(NetworkPath(a, b, no_input, System::As::map), one);
  REQUIRE(flipped.bifurcations.size() == 1);
  CHECK(flipped.bifurcations[0].kind == Kind::flip);
  CHECK(flipped.bifurcations[0].s == Approx(0.5 / 1.2).margin(1e-11));
  CHECK(flipped.bifurcations[0].index_after == 1);
  // tau dx/dt = -x + tanh(W x), W a rotation by 1 rad times g from .5 to 3: Re lambda = g cos 1 - 1.
  const auto slow = bare("leaky_rate", Nonlinearity::tanh, turning(0.5, 1), two),
             fast = bare("leaky_rate", Nonlinearity::tanh, turning(3, 1), two);
  const auto hopf = continue_fixed_point(NetworkPath(slow, fast, no_input, System::As::flow), two);
  REQUIRE(hopf.bifurcations.size() == 1);
  CHECK(hopf.bifurcations[0].kind == Kind::hopf);
  CHECK(hopf.bifurcations[0].s == Approx((1 / std::cos(1.0) - 0.5) / 2.5).margin(1e-10));
  CHECK(hopf.bifurcations[0].eigenvalue.imag() == Approx(std::tan(1.0)).epsilon(1e-9));
  CHECK(hopf.bifurcations[0].index_after == 2);
  // The same as a map: |g e^i| = 1; and as the Euler map of the flow with dt / tau = .2.
  auto from = slow, to = fast;
  from.kind = to.kind = "rnn_map";
  const auto ring = continue_fixed_point(NetworkPath(from, to, no_input, System::As::map), two);
  REQUIRE(ring.bifurcations.size() == 1);
  CHECK(ring.bifurcations[0].kind == Kind::neimark_sacker);
  CHECK(ring.bifurcations[0].s == Approx(0.5 / 2.5).margin(1e-10));
  from = slow;
  to = fast;
  from.dt_ms = to.dt_ms = 10;
  const auto euler = continue_fixed_point(NetworkPath(from, to, no_input, System::As::map), two);
  REQUIRE(euler.bifurcations.size() == 1);
  CHECK(euler.bifurcations[0].kind == Kind::neimark_sacker);
  // |.8 + .2 g e^i|^2 = 1
  const double p = 1.6 * std::cos(1.0), g = (-p * 0.2 + std::sqrt(p * p * 0.04 + 4 * 0.04 * 0.36)) / (2 * 0.04);
  CHECK(euler.bifurcations[0].s == Approx((g - 0.5) / 2.5).margin(1e-10));
}

TEST_CASE("spectra at the ends alone find what changes the number of unstable directions") {
  const Vector<double> two = Vector<double>::Zero(2);
  const auto slow = bare("leaky_rate", Nonlinearity::tanh, turning(0.5, 1), two),
             fast = bare("leaky_rate", Nonlinearity::tanh, turning(3, 1), two);
  ContinuationSetting quick;
  quick.every_spectrum = false;
  const auto hopf = continue_fixed_point(NetworkPath(slow, fast, no_input, System::As::flow), two, quick);
  REQUIRE(hopf.bifurcations.size() == 1);
  CHECK(hopf.bifurcations[0].s == Approx((1 / std::cos(1.0) - 0.5) / 2.5).margin(1e-10));
}

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
  const auto c = bare("plrnn", Nonlinearity::relu, mutual, first), d = bare("plrnn", Nonlinearity::relu, mutual, second);
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
  CHECK(largest_difference(meets.samples.back().x,
                           (Vector<double>(2) << 4 / 3., 5 / 3.).finished()) < 1e-10);  // at b_1 = -1
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
  const auto calm = bare("leaky_rate", Nonlinearity::softplus, Matrix<double>::Constant(1, 1, 0.2), Vector<double>::Ones(1)),
             wild = bare("leaky_rate", Nonlinearity::softplus, Matrix<double>::Constant(1, 1, 1.8), Vector<double>::Ones(1));
  const auto away = continue_fixed_point(NetworkPath(calm, wild, no_input, System::As::flow),
                                         root_near(calm, System::As::flow, Vector<double>::Ones(1)));
  CHECK(away.end == End::diverges);
  CHECK(away.samples.back().s == Approx(0.5).margin(1e-4));

  const auto at_kink = bare("plrnn", Nonlinearity::relu, Matrix<double>::Zero(2, 2), Vector<double>::Zero(2));
  const auto lost =
      continue_fixed_point(NetworkPath(at_kink, still, no_input, System::As::map), Vector<double>::Zero(2));
  CHECK(lost.end == End::lost);
  CHECK_THAT(lost.why, Catch::Contains("kink"));
  const auto unit = one_tanh(2, 0), other = one_tanh(2, 1);
  const NetworkPath path(unit, other, no_input, System::As::flow);
  CHECK_THROWS_WITH(continue_fixed_point(path, Vector<double>::Ones(1)), Catch::Contains("residual"));
  CHECK_THROWS_WITH(continue_fixed_point(path, Vector<double>::Ones(2)), Catch::Contains("1 finite values"));
  CHECK_THROWS_WITH(NetworkPath(unit, still, no_input, System::As::flow), Catch::Contains("plrnn"));
}

TEST_CASE("the change of the velocity along a path is its derivative") {
  // tau dx/dt = -x + tanh(W x + b): (1 - f^2) (dW x + db), and for factors d(M V^T) as they are interpolated.
  auto a = bare("leaky_rate", Nonlinearity::tanh, normal_array(4, 4, 3, 0.6), normal_array(4, 1, 4)),
       b = bare("leaky_rate", Nonlinearity::tanh, normal_array(4, 4, 5, 0.6), normal_array(4, 1, 6));
  const Vector<double> x = normal_array(4, 1, 7, 0.5);
  const double s = 0.3;
  const NetworkPath path(a, b, no_input, System::As::flow);
  const Matrix<double> W = 0.7 * a.W + 0.3 * b.W;
  const Vector<double> f = (W * x + 0.7 * a.b + 0.3 * b.b).array().tanh();
  const Vector<double> expected = (1 - f.array().square()) * ((b.W - a.W) * x + b.b - a.b).array();
  CHECK(largest_difference(path.change(x, s), expected) < 1e-9);
  CHECK(largest_difference(path.reversed().network(0.7).W, W) < 1e-15);
}
