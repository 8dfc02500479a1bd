// Change-points: the search against every partition, noise-free series exactly, and the stated rates by simulation.
#include <Eigen/QR>
#include <cmath>

#include "analysis/learning/change_point.hpp"
#include "analysis/learning/segment_cost.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr std::uint64_t seed = 2024;  // printed by every simulation

Matrix<double> steps(Index samples, const std::vector<Index>& changes, const std::vector<double>& levels) {
  Matrix<double> values(1, samples);
  std::size_t k = 0;
  for (Index t = 0; t < samples; ++t) {
    if (k < changes.size() && t == changes[k]) ++k;
    values(0, t) = levels[k];
  }
  return values;
}

/// The cost of one segment, sample by sample.
double literal_cost(const Matrix<double>& values, const Vector<double>& rho, const Vector<double>& weight, Index begin,
                    Index end, bool autoregressive) {
  double cost = 0;
  for (Index j = 0; j < values.rows(); ++j) {
    std::vector<double> z;
    for (Index t = autoregressive ? begin + 1 : begin; t < end; ++t)
      z.push_back(autoregressive ? values(j, t) - rho(j) * values(j, t - 1) : values(j, t));
    double mean = 0;
    for (const double value : z) mean += value / static_cast<double>(z.size());
    for (const double value : z) cost += weight(j) * (value - mean) * (value - mean);
  }
  return cost;
}

/// The least penalised cost over every set of changes (subset of 1 .. T-1 as bits).
double brute_force(const Matrix<double>& values, const Vector<double>& rho, const Vector<double>& weight,
                   double penalty, const ChangePointSetting& setting, std::vector<Index>& best) {
  double least = INFINITY;
  const Index T = values.cols();
  for (unsigned bits = 0; bits < 1U << (T - 1); ++bits) {
    std::vector<Index> changes;
    for (Index t = 1; t < T; ++t)
      if (bits >> (t - 1) & 1U) changes.push_back(t);
    double cost = penalty * static_cast<double>(changes.size());
    Index begin = 0;
    bool allowed = true;
    for (std::size_t k = 0; k <= changes.size(); ++k) {
      const Index end = k < changes.size() ? changes[k] : T;
      allowed &= end - begin >= setting.shortest;
      if (allowed) cost += literal_cost(values, rho, weight, begin, end, setting.autoregressive);
      begin = end;
    }
    if (allowed && cost < least) {
      least = cost;
      best = changes;
    }
  }
  return least;
}

}  // namespace

TEST_CASE("optimal partitioning with pruning finds the best of all partitions of short series") {
  for (int repeat = 0; repeat < 60; ++repeat) {
    Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(repeat));
    const Index T = 13, d = 1 + repeat % 2;
    Matrix<double> values(d, T);
    stream.fill_normal(values);
    values.middleCols(4, 5).array() += 2.5 * (repeat % 3);
    ChangePointSetting setting;
    setting.autoregressive = repeat % 4 < 2;
    setting.shortest = setting.autoregressive ? 3 : 1 + repeat % 3;
    Vector<double> rho = Vector<double>::Constant(d, 0.4), weight = Vector<double>::LinSpaced(d, 1, 2);
    const double penalty = 0.5 + repeat % 5;
    std::vector<Index> expected;
    brute_force(values, rho, weight, penalty, setting, expected);
    INFO("repeat " << repeat);
    CHECK(optimal_partition(values, rho, weight, penalty, setting) == expected);
  }
}

TEST_CASE("the cost of a cut is that of regression on the filtered step") {
  const Vector<double> rho = Vector<double>::Constant(1, 0.6), weight = Vector<double>::Constant(1, 1.5);
  Matrix<double> values(1, 20);
  Stream(seed, Purpose::trial).fill_normal(values);
  const SegmentCost cost(values, rho, weight, true);
  const Index begin = 3, end = 17;
  for (Index change = begin + 3; change <= end - 3; ++change) {
    Matrix<double> design(end - begin - 1, 2);
    Vector<double> z(end - begin - 1);
    for (Index t = begin + 1; t < end; ++t) {
      const double now = t >= change, before = t - 1 >= change;
      design.row(t - begin - 1) << (1 - now) - 0.6 * (1 - before), now - 0.6 * before;
      z(t - begin - 1) = values(0, t) - 0.6 * values(0, t - 1);
    }
    // The cost is taken from values centred over the whole series, which moves both levels and nothing else.
    const Vector<double> residual = z - design * design.colPivHouseholderQr().solve(z);
    CHECK(cost.cut(begin, change, end) == Approx(1.5 * residual.squaredNorm()).epsilon(1e-10));
  }
}

TEST_CASE("steps without noise are found exactly, and a constant has none") {
  for (const bool autoregressive : {false, true}) {
    ChangePointSetting setting;
    setting.autoregressive = autoregressive;
    const auto values = steps(60, {20, 33}, {1, -2, 0.5});
    const auto found = find_change_points(values, setting);
    CHECK(found.changes == std::vector<Index>{20, 33});
    REQUIRE(found.levels.cols() == 3);
    CHECK(found.levels(0, 1) == Approx(-2));
    for (const auto& one : change_point_intervals(values, found, seed, 20, 0.95, setting)) {
      CHECK(one.low == one.value);
      CHECK(one.high == one.value);
    }
    CHECK(find_change_points(steps(60, {}, {3}), setting).changes.empty());
  }
}

TEST_CASE("the penalty is that of the union over partitions") {
  // Three samples a segment, ten samples: 1 change at 5 places, 2 changes at 3.
  ChangePointSetting setting;
  setting.autoregressive = false;
  setting.shortest = 3;
  const double penalty = change_point_penalty(1, 10, setting);
  // chi-squared of 1 and of 2 degrees of freedom in closed form
  const double one = std::erfc(std::sqrt((10 - 1 - 0.5 - 1) / 10 * penalty / 2)),
               two = std::exp(-(10 - 1 - 1. - 1) / 10 * penalty);
  CHECK(5 * one + 3 * two == Approx(0.05).epsilon(1e-4));
  CHECK(change_point_penalty(1, 1000, {}) > change_point_penalty(1, 100, {}));
  CHECK(change_point_penalty(3, 100, {}) > change_point_penalty(1, 100, {}));
}

TEST_CASE("series without a change are cut no more often than stated, in white and in autoregressive noise") {
  constexpr long runs = 2000;
  const std::vector<std::pair<double, Index>> cases = {{0, 1}, {0.8, 1}, {0.5, 2}};
  for (const auto& [rho, series] : cases) {
    long cut = 0;
    for (long run = 0; run < runs; ++run) {
      Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 1);
      Matrix<double> values(series, 80);
      for (Index j = 0; j < series; ++j) values.row(j) = ar1_noise(80, rho, 1, stream).transpose();
      cut += !find_change_points(values).changes.empty();
    }
    WARN("seed " << seed << ", rho " << rho << ", " << series << " series: " << cut << " of " << runs << " cut");
    CHECK(not_above(cut, runs, 0.05));
  }
}

TEST_CASE("the interval of a change's position covers it as often as stated, and the change is found") {
  constexpr long runs = 2000;
  for (const double rho : {0.0, 0.5}) {
    long missed = 0, found_one = 0, covered = 0;
    double width = 0;
    for (long run = 0; run < runs; ++run) {
      Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 2);
      const Index T = 70, change = 20 + stream.below(30);
      Matrix<double> values = steps(T, {change}, {0, 2.5 / (1 - 0.6 * rho)});
      values.row(0) += ar1_noise(T, rho, 1, stream).transpose();
      const auto found = find_change_points(values);
      missed += found.changes.empty();
      if (found.changes.size() != 1) continue;
      ++found_one;
      const auto one = change_point_intervals(values, found, static_cast<std::uint64_t>(run), 100).front();
      covered += one.low <= static_cast<double>(change) && static_cast<double>(change) <= one.high;
      width += one.high - one.low;
    }
    WARN("seed " << seed << ", rho " << rho << ": missed in " << missed << ", one change found in " << found_one
                 << " of " << runs << ", covered in " << covered << ", mean width "
                 << width / static_cast<double>(found_one));
    CHECK(not_above(runs - missed - found_one, runs, 0.05));  // cut once more no more often than stated
    CHECK(shown_above(found_one, runs, 0.8));                 // noise with a larger rho mimics some changes
    CHECK(not_below(covered, found_one, 0.95));
  }
}

TEST_CASE("a change that several series share is found where one alone does not show it") {
  // Half a standard deviation in the middle of 80 samples: a gain of 5 + 1 on average in one series, below the penalty,
  // and of 120 +- 21 in twenty. A shared jump of 0.5 sqrt(20) = 2.2 standard deviations is misplaced by more
  // than 5 samples with probability 2 sum_{k > 5} Phi(-1.12 sqrt k) < 1.3 %.
  constexpr long runs = 400;
  ChangePointSetting setting;
  setting.autoregressive = false;
  long alone = 0, near = 0;
  for (long run = 0; run < runs; ++run) {
    Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 3);
    Matrix<double> values(20, 80);
    stream.fill_normal(values);
    values.rightCols(40).array() += 0.5;
    alone += !find_change_points(values.topRows(1), setting).changes.empty();
    const auto together = find_change_points(values, setting).changes;
    near += together.size() == 1 && std::abs(static_cast<double>(together[0] - 40)) <= 5;
  }
  WARN("seed " << seed << ": found and placed in twenty series " << near << ", in one alone " << alone << " of "
               << runs);
  CHECK(not_below(near, runs, 1 - 0.013 - 0.05));
  CHECK(shown_below(alone, runs, 0.5));
}

TEST_CASE("change-points refuse series and settings they have no answer for") {
  CHECK_THROWS_WITH(find_change_points(Matrix<double>::Zero(1, 5)), Catch::Contains("series = 1 x 5"));
  Matrix<double> values = Matrix<double>::Zero(1, 50);
  values(0, 3) = NAN;
  CHECK_THROWS_WITH(find_change_points(values), Catch::Contains("finite"));
  values(0, 3) = 0;
  ChangePointSetting setting;
  setting.shortest = 2;
  CHECK_THROWS_WITH(find_change_points(values, setting), Catch::Contains("shortest = 2"));
  setting = {};
  setting.false_positive_rate = 0;
  CHECK_THROWS_WITH(find_change_points(values, setting), Catch::Contains("false_positive_rate = 0"));
}
