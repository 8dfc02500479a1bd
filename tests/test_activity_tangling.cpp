// Tangling of curves in closed form.

#include "analysis/activity/tangling.hpp"
#include "analysis/statistics/quantiles.hpp"
#include "tests/catch.hpp"
#include "tests/recorded.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index bins = 200;
constexpr double bin_ms = 10, angular = 2 * M_PI / (bins * bin_ms / 1000);  // once around in the window [1/s]

template <class Curve>
Matrix<double> drawn(Curve&& curve) {
  Matrix<double> x(2, bins);
  for (Index t = 0; t < bins; ++t) x.col(t) = curve(2 * M_PI * static_cast<double>(t) / bins);
  return x;
}

}  // namespace

TEST_CASE("a circle is as tangled as its speed: opposite points are farthest in state and direction alike") {
  const auto circle = drawn([](double a) { return Eigen::Vector2d(20 + 5 * std::cos(a), 30 + 5 * std::sin(a)); });
  const auto found = *tangling(alike(circle, 3, bin_ms), {-100, 1900}, Signal::rates);
  // Chords of angle d: Q = w^2 max d^2 / (d^2 + .1 R^2), the largest d = 2 R; w that of chords between bins.
  const double w = 2 * std::sin(angular * bin_ms / 2000) / (bin_ms / 1000), truth = w * w * 4 / 4.1;
  CHECK(found.largest == Approx(truth).epsilon(1e-3));  // the first time has no direction: opposites of few are missing
  CHECK(found.percentile_90 == Approx(truth).epsilon(1e-3));
  CHECK(found.median == Approx(truth).epsilon(1e-3));
  CHECK(found.q.rows() == 1);
  CHECK(found.q.cols() == bins - 1);

  // Without softening an ellipse is the circle; with it each axis is divided by its range and 5 Hz more, and an ellipse
  // of half axes a > b is most tangled between the ends of its long one: w^2 4 a^2 / (4 b^2 + .1 (a^2 + b^2) / 2).
  const auto oval = drawn([](double a) { return Eigen::Vector2d(50 * std::cos(a), 5 * std::sin(a)); });
  TanglingSetting hard;
  hard.softening_hz = 0;
  CHECK(tangling(alike(oval, 1, bin_ms), {-100, 1900}, Signal::rates, hard)->median == Approx(truth).epsilon(1e-3));
  const double a2 = std::pow(50.0 / 105, 2), b2 = std::pow(5.0 / 15, 2);
  CHECK(tangling(alike(oval, 1, bin_ms), {-100, 1900}, Signal::rates)->largest ==
        Approx(w * w * 4 * a2 / (4 * b2 + 0.05 * (a2 + b2))).epsilon(1e-3));

  auto counts = alike(circle, 3, bin_ms);
  for (auto& trial : counts.trials) trial *= bin_ms / 1000;
  CHECK(tangling(counts, {-100, 1900}, Signal::spikes)->median == Approx(found.median));
}

TEST_CASE("a figure-eight is tangled where it crosses itself, and in a third dimension it is not") {
  const auto eight = drawn([](double a) { return Eigen::Vector2d(30 * std::cos(a), 30 * std::sin(2 * a)); });
  TanglingSetting setting;
  setting.softening_hz = 0;
  const auto found = *tangling(alike(eight, 1, bin_ms), {-100, 1900}, Signal::rates, setting);
  // At the crossing (a = pi/2, 3 pi/2) the states agree and one coordinate of the directions is opposite: 2 w; with
  // coordinates of range 1 (amplitude 1/2) the mean of |x|^2 is 1/4.
  CHECK(found.largest == Approx(angular * angular / 0.025).epsilon(0.01));
  Index bin = 0;
  found.q.row(0).maxCoeff(&bin);
  CHECK(std::min(std::abs(static_cast<double>(bin) - 50), std::abs(static_cast<double>(bin) - 150)) <= 2);
  // Pair by pair, without components: of two coordinates of range 1 and mean 0 they are a rotation.
  std::vector<double> direct;
  const Matrix<double> x = eight / 60;
  for (Index t = 1; t < bins; ++t) {
    double largest = 0;
    for (Index u = 1; u < bins; ++u) {
      const double to = ((x.col(t) - x.col(t - 1)) - (x.col(u) - x.col(u - 1))).squaredNorm() / (0.01 * 0.01);
      largest = std::max(largest, to / ((x.col(t) - x.col(u)).squaredNorm() + 0.1 * x.squaredNorm() / bins));
    }
    direct.push_back(largest);
    CHECK(found.q(0, t - 1) == Approx(largest).epsilon(1e-3));  // its range is not quite 60 at these times
  }
  std::sort(direct.begin(), direct.end());
  CHECK(found.percentile_90 == Approx(quantile(direct, 0.9)).epsilon(1e-3));

  Matrix<double> lifted(3, bins);
  lifted.topRows(2) = eight;
  for (Index t = 0; t < bins; ++t) lifted(2, t) = 30 * std::sin(2 * M_PI * static_cast<double>(t) / bins);
  CHECK(tangling(alike(lifted, 1, bin_ms), {-100, 1900}, Signal::rates, setting)->largest < 0.3 * found.largest);

  // Its two lobes as two conditions cross each other as well.
  Session lobes{bin_ms, 0, {eight.leftCols(100), eight.rightCols(100)}, {4, 2}};
  const auto apart = *tangling(lobes, {0, 1000}, Signal::rates, setting);
  CHECK(apart.q.rows() == 2);
  CHECK(apart.largest == Approx(found.largest).epsilon(0.05));
}

TEST_CASE("only leading components count, and what does not vary has no tangling") {
  Matrix<double> x(40, bins);
  Stream(2, Purpose::estimate).fill_normal(x, 0.5);
  for (Index n = 0; n < 40; ++n)
    for (Index t = 0; t < bins; ++t)
      x(n, t) += 20 * std::cos(2 * M_PI * static_cast<double>(t) / bins + static_cast<double>(n));
  TanglingSetting two;
  two.components = 2;
  const auto some = tangling(alike(x, 1, bin_ms), {-100, 1900}, Signal::rates, two),
             all = tangling(alike(x, 1, bin_ms), {-100, 1900}, Signal::rates);
  CHECK(all->percentile_90 > 2 * some->percentile_90);
  CHECK(!tangling(alike(Matrix<double>::Constant(3, 10, 4), 2, 10), {-100, 0}, Signal::rates));
  CHECK_THROWS_WITH(tangling(alike(x, 1, bin_ms), {0, 20}, Signal::rates), Catch::Contains("at least 30 ms long"));
  two.components = 0;
  CHECK_THROWS_WITH(tangling(alike(x, 1, bin_ms), {0, 90}, Signal::rates, two), Catch::Contains("components = 0"));
}
