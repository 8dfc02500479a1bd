// Continuation of fixed points against paths whose bifurcations are known in closed form.
#include "analysis/restructuring/continuation.hpp"
#include "sim/random.hpp"
#include "tests/bare_networks.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

using Kind = Bifurcation::Kind;
using End = FixedPointBranch::End;

Matrix<double> turning(double size, double angle) {
  return size *
         (Matrix<double>(2, 2) << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle)).finished();
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
  const auto branch = continue_fixed_point(path, root_near(a, System::As::flow, Vector<double>::Constant(1, -1)));
  CHECK(branch.end == End::arrives);
  REQUIRE(branch.bifurcations.size() == 2);
  CHECK(branch.bifurcations[0].s == Approx(0.75).margin(1e-11));
  CHECK(branch.bifurcations[1].s == Approx(0.25).margin(1e-11));
  for (const auto& each : branch.bifurcations) CHECK(each.kind == Kind::fold);
  CHECK(branch.bifurcations[0].index_after == 1);
  CHECK(branch.bifurcations[1].index_after == 0);
}

TEST_CASE("a fold just beyond the end is none, one just before it is") {
  const double w = 2, x_fold = std::sqrt(0.5), b_fold = std::atanh(x_fold) - w * x_fold;
  const auto a = one_tanh(w, 0);
  const auto start = root_near(a, System::As::flow, Vector<double>::Constant(1, 0.99));
  for (const double beyond : {1e-2, 1e-4, 1e-7}) {
    INFO(beyond);
    const auto before = one_tanh(w, b_fold * (1 - beyond)), after = one_tanh(w, b_fold * (1 + beyond));
    const auto arrives = continue_fixed_point(NetworkPath(a, before, no_input, System::As::flow), start);
    CHECK(arrives.end == End::arrives);
    CHECK(arrives.bifurcations.empty());
    CHECK(arrives.samples.back().x(0) > x_fold);
    const auto returns = continue_fixed_point(NetworkPath(a, after, no_input, System::As::flow), start);
    CHECK(returns.end == End::returns);
    REQUIRE(returns.bifurcations.size() == 1);
    CHECK(returns.bifurcations[0].s == Approx(1 / (1 + beyond)).margin(1e-10));
  }
}

TEST_CASE("networks of every kind are continued, low-rank ones by their factors") {
  for (const char* kind : {"leaky_rate", "leaky_current", "low_rank", "plrnn", "lstm", "rnn_map"}) {
    const Assignments options = {{"network.kind", kind}, {"network.size", "6"}, {"network.gain", "0.8"}};
    auto a = make_network(resolve_options(options), 2, 1, 5), b = make_network(resolve_options(options), 2, 1, 6);
    Stream(5, Purpose::input_weights, 3).fill_normal(a.b, 0.4);
    Stream(6, Purpose::input_weights, 3).fill_normal(b.b, 0.4);
    const auto as = System::as_trained(a);
    const Vector<double> input = Vector<double>::Constant(2, 0.3);
    const NetworkPath path(a, b, input, as);
    INFO(kind);
    if (a.has_factors()) {
      CHECK(largest_difference(path.network(0.25).M, 0.75 * a.M + 0.25 * b.M) < 1e-15);
      CHECK(largest_difference(path.network(0.25).V, 0.75 * a.V + 0.25 * b.V) < 1e-15);
    }
    const auto start = find_root(path.at(0), Vector<double>::Zero(path.dimension()));
    REQUIRE(start);
    const auto branch = continue_fixed_point(path, *start);
    CHECK(branch.end == End::arrives);
    CHECK(branch.samples.size() > 4);
    for (const auto& sample : branch.samples) CHECK(residual_of(path.at(sample.s), sample.x) < 1e-11);
  }
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

TEST_CASE("a pair that crosses and comes back is found by spectra at every step alone") {
  // low_rank, W = m v R(1) / 2 with m = 4 - 3.8 s, v = .2 + 3.8 s: Re lambda = m v cos 1 / 2 - 1, above 0 in between.
  auto a = bare("low_rank", Nonlinearity::tanh, Matrix<double>(0, 0), Vector<double>::Zero(2)), b = a;
  a.tau_ms.setConstant(2, 50);
  b.tau_ms = a.tau_ms;
  a.W_in.resize(2, 0);
  b.W_in = a.W_in;
  a.W_out.resize(0, 2);
  b.W_out = a.W_out;
  a.M = turning(4, 1);
  a.V = turning(0.2, 0);
  b.M = turning(0.2, 1);
  b.V = turning(4, 0);
  const NetworkPath path(a, b, no_input, System::As::flow);
  const auto thorough = continue_fixed_point(path, Vector<double>::Zero(2));
  REQUIRE(thorough.bifurcations.size() == 2);
  const double half_width = std::sqrt(1 - 4 * (2 / std::cos(1.0) - 0.8) / 14.44) / 2;
  for (const int i : {0, 1}) {
    const auto& each = thorough.bifurcations[static_cast<std::size_t>(i)];
    CHECK(each.kind == Kind::hopf);
    CHECK(each.s == Approx(0.5 + (i == 0 ? -1 : 1) * half_width).margin(1e-10));
    CHECK(each.index_after == (i == 0 ? 2 : 0));
  }
  ContinuationSetting quick;
  quick.every_spectrum = false;
  CHECK(continue_fixed_point(path, Vector<double>::Zero(2), quick).bifurcations.empty());
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
