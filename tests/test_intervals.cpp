// Intervals and quantiles against published values and their equations.
#include <cmath>
#include <limits>

#include "analysis/statistics/intervals.hpp"
#include "analysis/statistics/quantiles.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;

TEST_CASE("Wilson intervals equal published values and solve the score equation") {
  // Newcombe 1998, Statistics in Medicine 17:857, table I, method 3, printed with four decimals; 15/20 by hand.
  const double table[][4] = {{81, 263, .2553, .3662}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}, {15, 20, .5313, .8881}};
  for (const auto& row : table) {
    const auto interval = wilson_interval(std::lround(row[0]), std::lround(row[1]));
    CHECK(interval.low == Approx(row[2]).margin(6e-5));
    CHECK(interval.high == Approx(row[3]).margin(6e-5));
  }
  for (const auto& [level, z] : {std::pair(0.95, 1.959963985), std::pair(0.99, 2.575829304)}) {
    const auto interval = wilson_interval(15, 20, level);
    for (const double p : {interval.low, interval.high})
      CHECK(std::abs(0.75 - p) / std::sqrt(p * (1 - p) / 20) == Approx(z).epsilon(1e-8));
  }
  for (long n = 0; n <= 100; ++n) {
    CHECK(wilson_interval(0, n).low == 0);
    CHECK(wilson_interval(n, n).high == 1);
  }
}

TEST_CASE("the interval of a paired difference of shares is Newcombe's, and has a width when all pairs are alike") {
  // Independent outcomes (ad = bc): the square-and-add interval of two unpaired shares.
  const auto free = paired_share_interval(4, 4, 2, 2), first = wilson_interval(8, 12), second = wilson_interval(6, 12);
  const double p1 = 8. / 12, p2 = 6. / 12;
  CHECK(free.low == Approx(p1 - p2 - std::hypot(p1 - first.low, second.high - p2)));
  CHECK(free.high == Approx(p1 - p2 + std::hypot(first.high - p1, p2 - second.low)));
  // The equation by hand for 36, 12, 2, 0: phi = (0 - 24) / sqrt(48 * 2 * 38 * 12), Wilson intervals of 48/50 and
  // 38/50.
  const double phi = -24 / std::sqrt(48. * 2 * 38 * 12);
  const auto p = wilson_interval(48, 50), q = wilson_interval(38, 50);
  const double x = 0.96 - p.low, y = q.high - 0.76;
  CHECK(paired_share_interval(36, 12, 2, 0).low == Approx(0.2 - std::sqrt(x * x - 2 * phi * x * y + y * y)));
  CHECK(paired_share_interval(36, 12, 2, 0).low == Approx(0.0569).margin(5e-5));  // Newcombe 1998, table II
  CHECK(paired_share_interval(36, 12, 2, 0).high == Approx(0.3404).margin(5e-5));
  CHECK(paired_share_interval(0, 20, 0, 0).low < 0.8);
  CHECK(paired_share_interval(0, 20, 0, 0).high == Approx(1));
  CHECK(paired_share_interval(0, 0, 0, 20).low < -0.1);
  // Agreement beyond chance narrows the interval, after the correction for continuity.
  CHECK(paired_share_interval(20, 5, 0, 20).low > paired_share_interval(11, 14, 9, 11).low);
}

TEST_CASE("a share has its Wilson interval, and is 0 of nothing") {
  const auto share = share_of(15, 20);
  CHECK(share.value == 0.75);
  CHECK(share.low == Approx(.5313).margin(6e-5));
  CHECK(share.high == Approx(.8881).margin(6e-5));
  const auto none = share_of(0, 0);
  CHECK((none.value == 0 && none.low == 0 && none.high == 1));
}

TEST_CASE("normal and Student's intervals are so many standard errors wide as tables say") {
  const auto normal = normal_interval(3, 2);
  CHECK(normal.value == 3);
  CHECK(normal.low == Approx(3 - 2 * 1.959964).epsilon(1e-6));
  CHECK(normal.high == Approx(3 + 2 * 1.959964).epsilon(1e-6));
  for (const auto& [degrees, t] : {std::pair(1., 12.706), std::pair(4., 2.776), std::pair(30., 2.042)})
    CHECK(student_interval(0, 1, degrees).high == Approx(t).margin(5e-4));
}

TEST_CASE("the interval of a mean is Student's and covers with 6 to 20 normal values") {
  const auto found =
      student_mean({1, 2, 4, 5, 8});  // mean 4, squares 30, error sqrt(30 / 4 / 5), t of 4 degrees 2.776445
  REQUIRE(found);
  CHECK(found->value == 4);
  CHECK(found->high == Approx(4 + 2.776445 * std::sqrt(1.5)).epsilon(1e-6));
  CHECK(found->low + found->high == Approx(8));
  CHECK_FALSE(student_mean({3}));
  for (const Index n : {6, 10, 20}) {
    Stream stream(5, Purpose::estimate, static_cast<std::uint64_t>(n));
    long held = 0;
    for (int repeat = 0; repeat < 200; ++repeat) {
      std::vector<double> values;
      for (Index i = 0; i < n; ++i) values.push_back(3 + 2 * stream.normal());
      const auto mean = *student_mean(values);
      held += mean.low <= 3 && mean.high >= 3;
    }
    INFO(n << ": " << held);
    CHECK(testing::not_below(held, 200, 0.95, 1e-3));
  }
}

TEST_CASE("the score interval of any number of trials solves its equation, by any law") {
  const auto interval = score_interval(0.3, 7.5, 2.2);
  for (const double p : {interval.low, interval.high})
    CHECK(std::abs(0.3 - p) / std::sqrt(p * (1 - p) / 7.5) == Approx(2.2));
  CHECK((score_interval(0, 3.3, 4).low == 0 && score_interval(1, 3.3, 4).high == 1));
}

TEST_CASE("the jackknife gives the mean its usual standard error, and none to what does not vary") {
  const Index n = 12;
  Vector<double> x(n);
  Stream(4, Purpose::estimate).fill_normal(x);
  const auto leave_out = [&](auto&& statistic) {
    Vector<double> without(n);
    for (Index i = 0; i < n; ++i) {
      Vector<double> rest(n - 1);
      rest << x.head(i), x.tail(n - 1 - i);
      without(i) = statistic(rest);
    }
    return jackknife_error(without);
  };
  const double square = (x.array() - x.mean()).square().sum(), count = static_cast<double>(n);
  CHECK(leave_out([](const Vector<double>& v) { return v.mean(); }) ==
        Approx(std::sqrt(square / (count - 1) / count)).epsilon(1e-12));
  CHECK(leave_out([](const Vector<double>&) { return 7.; }) == 0);
}

TEST_CASE("quantiles lie between the nearest two values, medians in the middle, infinities included") {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> five{1, 2, 4, 8, 16};
  CHECK(quantile(five, 0) == 1);
  CHECK(quantile(five, 0.25) == 2);
  CHECK(quantile(five, 0.3) == Approx(2 + 0.2 * 2));
  CHECK(quantile(five, 1) == 16);
  CHECK(quantile({1, infinity, infinity}, 0.75) == infinity);
  CHECK(std::isnan(quantile({}, 0.5)));
  for (int i = 1; i < 100; ++i) CHECK(quantile(std::vector<double>(3, 0.1 * i), 0.01 * i) == 0.1 * i);
  CHECK(median({3, 1, 2}) == 2);
  CHECK(median({4, 1, 3, 2}) == 2.5);
  CHECK(median({infinity, 1, 5, infinity}) == infinity);
  CHECK(median({infinity, 1, 5}) == 5);
  CHECK(upper_median({4, 1, 3, 2}) == 3);
  CHECK(upper_median({3, 1, 2}) == 2);
  CHECK_THROWS_AS(upper_median({}), std::invalid_argument);
}
