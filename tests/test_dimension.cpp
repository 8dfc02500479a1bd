// The participation ratio against known covariances.

#include "analysis/paths/dimension.hpp"
#include "analysis/paths/free_runs.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"
#include "tests/textbook_systems.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 40;

/// Normal activity with eigenvalues `variance`, AR(1) in time with coefficient phi, away from 0.
std::vector<Matrix<double>> draw(const Vector<double>& variance, Index runs, Index samples, double phi,
                                 std::uint64_t repeat) {
  Matrix<double> basis(N, N);
  Stream(5, Purpose::estimate).fill_normal(basis);
  const Matrix<double> rotation = orthogonal_factor_of(basis);
  std::vector<Matrix<double>> activity;
  for (Index run = 0; run < runs; ++run) {
    Matrix<double> x(N, samples);
    Stream(6, Purpose::estimate, repeat, static_cast<std::uint64_t>(run)).fill_normal(x);
    for (Index t = 1; t < samples; ++t) x.col(t) = phi * x.col(t - 1) + std::sqrt(1 - phi * phi) * x.col(t);
    activity.push_back((rotation * variance.cwiseSqrt().asDiagonal() * x).array() + 3);
  }
  return activity;
}

}  // namespace

TEST_CASE(
    "the participation ratio of a known covariance is found without bias, also from samples that are correlated") {
  const Vector<double> variance =
      Vector<double>::LinSpaced(N, 0, N - 1).unaryExpr([](double i) { return std::exp(-i / 10); });
  const double truth = variance.sum() * variance.sum() / variance.squaredNorm();
  for (const auto& [samples, phi] : {std::pair<Index, double>(1, 0), std::pair<Index, double>(8, 0.9)}) {
    const int repeats = 200;
    double sum = 0, squares = 0, uncorrected = 0;
    int covered = 0;
    for (int repeat = 0; repeat < repeats; ++repeat) {
      const auto estimate = dimension_of(draw(variance, 32, samples, phi, static_cast<std::uint64_t>(repeat)));
      REQUIRE((estimate.participation_ratio && estimate.participation_ratio->interval));
      sum += estimate.participation_ratio->value;
      squares += std::pow(estimate.participation_ratio->value, 2);
      uncorrected += estimate.uncorrected / repeats;
      covered +=
          estimate.participation_ratio->interval->low <= truth && truth <= estimate.participation_ratio->interval->high
              ? 1
              : 0;
    }
    const double mean = sum / repeats, error = std::sqrt((squares / repeats - mean * mean) / repeats);
    INFO(samples << " samples: " << mean << " +- " << error << ", truth " << truth << ", uncorrected " << uncorrected
                 << ", covered " << covered << " of " << repeats);
    CHECK(std::abs(mean - truth) < 4 * error + 0.02 * truth);  // the ratio's own bias, of order 1 / runs
    CHECK(truth - uncorrected > 0.15 * truth);
    CHECK(not_below(covered, repeats, 0.95));
  }
}

TEST_CASE("the traces' estimates are means over four different runs, term by term") {
  const Vector<double> variance = Vector<double>::LinSpaced(N, 1, 2);
  const auto activity = draw(variance, 6, 2, 0.5, 1);
  double square = 0, squared = 0;
  const auto x = [&](int run, int t) { return activity[static_cast<std::size_t>(run)].col(t); };
  for (int a = 0; a < 6; ++a)
    for (int b = 0; b < 6; ++b)
      for (int c = 0; c < 6; ++c)
        for (int d = 0; d < 6; ++d) {
          if (a == b || a == c || a == d || b == c || b == d || c == d) continue;
          for (int times = 0; times < 16; ++times) {
            const Vector<double> one = x(a, times & 1) - x(b, times >> 1 & 1),
                                 two = x(c, times >> 2 & 1) - x(d, times >> 3);
            square += std::pow(one.dot(two), 2);
            squared += one.squaredNorm() * two.squaredNorm();
          }
        }
  CHECK(dimension_of(activity).participation_ratio->value == Approx(squared / square).epsilon(1e-10));
}

TEST_CASE("the interval of a dimension is the jackknife of its logarithm over runs") {
  for (const Index samples : {3, 60}) {
    const auto activity = draw(Vector<double>::LinSpaced(N, 1, 2), 8, samples, 0.5, 2);
    Vector<double> without(8);
    for (std::size_t run = 0; run < 8; ++run) {
      auto others = activity;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(run));
      without(static_cast<Index>(run)) = std::log(dimension_of(others).participation_ratio->value);
    }
    const auto found = *dimension_of(activity).participation_ratio;
    const auto interval = student_interval(std::log(found.value), jackknife_error(without), 7);
    CHECK(std::log(found.interval->low) == Approx(interval.low).epsilon(1e-9));
    CHECK(std::log(found.interval->high) == Approx(interval.high).epsilon(1e-9));
  }
}

TEST_CASE("a rotation fills two dimensions, rest fills none, and too few runs are refused") {
  Matrix<double> turn(2, 2);
  turn << 0, -1, 1, 0;
  const Stepper stepper(linear(turn), Method::rk4, 50);
  Matrix<double> starts(2, 12);
  for (Index run = 0; run < 12; ++run)
    starts.col(run) = Eigen::Vector2d(std::cos(static_cast<double>(run)), std::sin(static_cast<double>(run)));
  const auto same = [](const Matrix<double>& x) { return x; };
  const auto runs = free_runs(stepper, starts, same, 100, 31400, 100);
  CHECK(runs.activity[0].cols() == 314);
  CHECK(runs.activity[3](0, 0) == Approx(std::cos(3 + 0.2)).epsilon(1e-5));  // 100 ms discarded, 100 ms to the first
  const auto estimate = dimension_of(runs.activity);
  CHECK(estimate.participation_ratio->value == Approx(2).epsilon(0.01));
  CHECK(estimate.eigenvalues(0) == Approx(0.5).epsilon(0.01));

  const auto resting = dimension_of(std::vector<Matrix<double>>(6, Matrix<double>::Constant(3, 4, 0.7)));
  CHECK(!resting.participation_ratio.has_value());
  CHECK(resting.uncorrected == 0);
  CHECK_THROWS_WITH(dimension_of(std::vector<Matrix<double>>(4, Matrix<double>::Ones(3, 4))),
                    Catch::Contains("at least 5 runs"));
  CHECK_THROWS_WITH(free_runs(stepper, starts, same, 0, -1, 100), Catch::Contains("duration_ms = -1"));
  CHECK_THROWS_WITH(free_runs(stepper, starts, same, 0, 100, 100), Catch::Contains("two samples"));
}
