// Linear maps of trajectories and their distance up to rotation: known maps, known minima.
#include <cmath>

#include "analysis/paths/dynamical_similarity.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

Array orthogonal(Index n, std::uint64_t seed) { return orthogonal_factor_of(normal_array(n, n, seed)); }

std::vector<Array> runs_of(const Array& A, Index runs, Index samples, std::uint64_t seed) {
  std::vector<Array> all;
  for (Index run = 0; run < runs; ++run) {
    Array path(A.rows(), samples);
    path.col(0) = normal_array(A.rows(), 1, seed + static_cast<std::uint64_t>(run));
    for (Index t = 1; t < samples; ++t) path.col(t) = A * path.col(t - 1);
    all.push_back(path);
  }
  return all;
}

/// Each run and its negative: without them centring moves the fixed point away from the origin.
std::vector<Array> with_mean_zero(std::vector<Array> runs) {
  const std::size_t own = runs.size();
  for (std::size_t i = 0; i < own; ++i) runs.push_back(-runs[i]);
  return runs;
}

/// Each eigenvalue of `expected` has one of its own in `found`.
void check_same_eigenvalues(const Array& found, const Array& expected) {
  REQUIRE(found.rows() == expected.rows());
  auto left = eigenvalues_of(found);
  for (const auto& value : eigenvalues_of(expected)) {
    Index nearest = 0;
    INFO(value << " among " << left.transpose());
    CHECK((left.array() - value).abs().minCoeff(&nearest) < 1e-9);  // sums of 1e3 products, condition numbers of 1e3
    left(nearest) = INFINITY;
  }
}

Array damped_rotation(double angle, double decay) {
  return decay * (Array(2, 2) << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle)).finished();
}

}  // namespace

TEST_CASE("the linear map of linear trajectories has their eigenvalues, also when seen from a few of many neurons") {
  Array A = Array::Zero(4, 4);
  A.topLeftCorner(2, 2) = damped_rotation(0.4, 0.98);
  A.bottomRightCorner(2, 2) = damped_rotation(1.1, 0.95);
  const Array seen = normal_array(30, 4, 5);  // four modes in thirty neurons
  auto runs = with_mean_zero(runs_of(A, 12, 60, 7));
  for (auto& run : runs) run = (seen * run).eval();
  const auto found = linear_dynamics(runs, {3, 4});
  REQUIRE(found.rows() == 4);
  check_same_eigenvalues(found, A);
}

TEST_CASE("mixing what is seen changes coordinates, not dynamics: whitened maps differ by a rotation alone") {
  Array A = Array::Zero(4, 4);
  A.topLeftCorner(2, 2) = damped_rotation(0.4, 0.98);
  A.bottomRightCorner(2, 2) = damped_rotation(1.1, 0.95);
  const auto runs = with_mean_zero(runs_of(A, 6, 60, 7));
  auto mixed = runs;
  const Array mix = normal_array(4, 4, 21) * Column(Column::LinSpaced(4, 1, 6)).asDiagonal();
  for (auto& run : mixed) run = (mix * run).eval();
  const auto own = linear_dynamics(runs, {1, 4}), other = linear_dynamics(mixed, {1, 4});
  check_same_eigenvalues(own, A);
  check_same_eigenvalues(other, A);
  // Whitened alike, they are one map up to rotation: every word in A and A' has the same trace.
  const auto traces = [](const Array& M) {
    const Array T = M.transpose();
    return Column(
        Eigen::Vector4d((M * T).trace(), (M * M * T).trace(), (M * T * M * T).trace(), (M * M * T * T).trace()));
  };
  CHECK(largest_difference(traces(own), traces(other)) < 1e-9);
  CHECK(dynamical_distance(own, other) < 0.03);  // ascent ends near 0
}

TEST_CASE("delays make up for what is not seen: a rotation from one of its two coordinates") {
  auto runs = with_mean_zero(runs_of(damped_rotation(0.4, 0.97), 6, 60, 3));
  for (auto& run : runs) run = run.topRows(1).eval();
  check_same_eigenvalues(linear_dynamics(runs, {3, 2}), damped_rotation(0.4, 0.97));
}

TEST_CASE("dynamics in rotated or reflected coordinates are the same, and their distance is 0") {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Array A = normal_array(8, 8, 3 * seed + 1, 0.4), C = orthogonal(8, 3 * seed + 2);
    CHECK(dynamical_distance(A, A) < 1e-6);
    CHECK(dynamical_distance(A, 3 * A) < 1e-6);
    found += dynamical_distance(A, C * A * C.transpose()) < 1e-3;
    Array mirror = C;
    mirror.col(0) *= -1;
    found += dynamical_distance(A, mirror * A * mirror.transpose()) < 1e-3;
  }
  WARN("minimum found in " << found << " of 40 rotations of 8 dimensions");
  CHECK(found >= 36);
}

TEST_CASE("of symmetric maps the distance is that of their ordered eigenvalues") {
  // max over C of tr A C B C' pairs the eigenvalues in order (von Neumann).
  const Column a = (Column(5) << 0.9, 0.5, 0.1, -0.3, -0.8).finished(),
               b = (Column(5) << 1, 0.7, 0.6, 0.2, -0.1).finished();
  const Array P = orthogonal(5, 3), Q = orthogonal(5, 4);
  const Array A = P * a.asDiagonal() * P.transpose(), B = Q * b.asDiagonal() * Q.transpose();
  CHECK(dynamical_distance(A, B) == Approx(std::acos(a.dot(b) / (a.norm() * b.norm()))).epsilon(1e-4));
}

TEST_CASE("of two rotations the distance is known: a reflection turns one into the other's sense") {
  const Array A = damped_rotation(0.3, 0.9), B = damped_rotation(-1, 0.7);  // <A, CBC'> = 2 ab cos(|0.3| - |1|)
  CHECK(dynamical_distance(A, B) == Approx(0.7).epsilon(1e-5));
  // a map of fewer dimensions counts as one with zeros
  CHECK(dynamical_distance(A, Array(0, 0)) == Approx(std::acos(0.)));
  CHECK(dynamical_distance(Array(0, 0), Array(0, 0)) == 0);
  CHECK(dynamical_distance(A, Array::Identity(1, 1)) == Approx(std::acos(std::cos(0.3) / std::sqrt(2.))).epsilon(1e-4));
}

TEST_CASE("activity that does not vary has no dynamics, and short runs are refused") {
  CHECK(linear_dynamics({Array::Constant(5, 20, 0.3)}).size() == 0);
  CHECK_THROWS_WITH(linear_dynamics({Array::Zero(5, 5)}), Catch::Contains("samples = 5: must be more than 5"));
}
