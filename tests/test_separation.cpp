// Separation, drift and diffusion of clouds of states against their laws.
#include "analysis/statistics/separation.hpp"
#include "tests/problems.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;
using stillpoint::testing::not_below;

TEST_CASE("separation has no bias from chance directions, and its interval holds the truth") {
  const Index repeats = 2000, n = 32;
  std::uint64_t draw = 0;
  double in_sample = 0, sum = 0, squares = 0, shifted_sum = 0, shifted_squares = 0;
  long held = 0;
  for (Index i = 0; i < repeats; ++i) {
    // Two clouds of one law, in as many dimensions as there are samples
    const Matrix<double> a = normal_array(n, n, ++draw), b = normal_array(n, n, ++draw);
    const auto none = separation_of(a, b);
    CHECK(std::abs(none.axis.norm() - 1) < 1e-12);
    sum += none.d_prime->value;
    squares += none.d_prime->value * none.d_prime->value;
    in_sample += (b.rowwise().mean() - a.rowwise().mean()).norm();
    // One dimension, d' = 2 by construction
    const Matrix<double> c = normal_array(1, n, ++draw), d = normal_array(1, n, ++draw).array() + 2;
    const auto two = *separation_of(c, d).d_prime;
    shifted_sum += two.value;
    shifted_squares += (two.value - 2) * (two.value - 2);
    held += two.low <= 2 && two.high >= 2;
  }
  const double count = static_cast<double>(repeats);
  INFO("mean " << sum / count << ", by the same samples " << in_sample / count << ", at 2: " << shifted_sum / count
               << ", held " << held);
  CHECK(std::abs(sum / count) < 4 * std::sqrt(squares) / count);
  CHECK(in_sample / count > 1);  // what is avoided
  CHECK(std::abs(shifted_sum / count - 2) < 4 * std::sqrt(shifted_squares) / count);
  CHECK(not_below(held, repeats, 0.95));
}

TEST_CASE("clouds that are points have a distance but no d', and too few samples are one line") {
  Matrix<double> a = Matrix<double>::Zero(2, 4), b = a;
  b.row(0).setConstant(3);
  b.row(1).setConstant(-4);
  const auto points = separation_of(a, b);
  CHECK(points.distance == Approx(5));
  CHECK(points.axis(1) == Approx(-0.8));
  CHECK(!points.d_prime);
  CHECK(separation_of(a, a).distance == 0);
  CHECK_THROWS_WITH(separation_of(a, b.leftCols(3)), Catch::Contains("samples = 3"));
  CHECK_THROWS_WITH(drift_of(Vector<double>::Zero(2), Vector<double>::Zero(2), 1), Catch::Contains("samples = 2"));
}

TEST_CASE("drift and growth of variance are those of a random walk, with intervals that hold them") {
  const Index repeats = 2000, n = 32;
  const double seconds = 0.5, drift = 0.8, growth = 3;
  long drift_held = 0, growth_held = 0;
  for (Index i = 0; i < repeats; ++i) {
    const auto seed = static_cast<std::uint64_t>(3 * i);
    const Column before = normal_array(n, 1, seed), kick = normal_array(n, 1, seed + 1);
    const auto found =
        drift_of(before, before.array() + drift * seconds + std::sqrt(growth * seconds) * kick.array(), seconds);
    drift_held += found.mean.low <= drift && found.mean.high >= drift;
    growth_held += found.variance.low <= growth && found.variance.high >= growth;
  }
  INFO(drift_held << " and " << growth_held << " of " << repeats);
  CHECK(not_below(drift_held, repeats, 0.95));
  CHECK(not_below(growth_held, repeats, 0.93));  // the jackknife of a variance of 32 is a little narrow
}
