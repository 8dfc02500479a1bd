// Bootstrap intervals against the exact resampling distribution, and how often they hold the truth.
#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <numeric>

#include "analysis/statistics/bootstrap.hpp"
#include "analysis/statistics/survival.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

TEST_CASE("bootstrap intervals are those of the exact resampling distribution, twice the same") {
  // Half of ten values are 1: the sum of a resample is Binomial(10, 1/2), with 2 and 8 at 2.5 % and 97.5 %.
  const std::vector<double> values{0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  const auto estimate = mean_estimate(values);
  REQUIRE((estimate && estimate->interval));
  CHECK(estimate->value == 0.5);
  CHECK((estimate->interval->low == Approx(0.2) && estimate->interval->high == Approx(0.8)));
  const std::vector<double> uneven{0.1, 0.27, 1.4, 3.3, 5.8, 9.1};
  CHECK(mean_estimate(uneven)->interval->low == mean_estimate(uneven)->interval->low);
  CHECK_FALSE(mean_estimate({}));
  CHECK_FALSE(mean_estimate({3})->interval);

  // Times 1..20: the median of a resample is at most k with the probability that 10 or more of 20 draws are.
  std::vector<TimeToCriterion> times;
  for (int k = 20; k >= 1; --k) times.push_back({static_cast<double>(k), true});
  const auto quantile = [](double share) {
    int k = 1;
    while (1 - boost::math::cdf(boost::math::binomial(20, k / 20.), 9) < share) ++k;
    return k;
  };
  const auto interval = median_time_interval(times);
  REQUIRE((interval && interval->low && interval->high));
  CHECK(*interval->low == quantile(0.025));
  CHECK(*interval->high == quantile(0.975));

  // With 12 of 20 reached, 13 % of resamples have their median beyond the budget: the upper end is there, too.
  for (auto& time : times)
    if (time.updates > 12) time = {400, false};
  CHECK(median_time_interval(times)->low == interval->low);
  CHECK_FALSE(median_time_interval(times)->high);
  CHECK_FALSE(median_time_interval({{3, true}}));
}

TEST_CASE("intervals of many groups are those of each alone") {
  Stream stream(3, Purpose::estimate);
  std::vector<std::vector<TimeToCriterion>> groups{{}, {{7, true}}};
  for (const std::size_t runs : {12, 30, 12, 2, 30})
    for (int group = 0; group < (runs == 12 ? 150 : 1); ++group) {  // 300 of 12: more than are drawn for at once
      auto& times = groups.emplace_back();
      for (std::size_t i = 0; i < runs; ++i)
        times.push_back({std::floor(100 * stream.uniform()), stream.bernoulli(0.7)});
    }
  const auto together = median_time_intervals(groups);
  REQUIRE(together.size() == groups.size());
  for (std::size_t i = 0; i < groups.size(); i += i < 5 ? 1 : 37) {
    const auto alone = median_time_interval(groups[i]);
    REQUIRE(together[i].has_value() == alone.has_value());
    if (alone) CHECK((together[i]->low == alone->low && together[i]->high == alone->high));
  }
  const std::vector<double> values{1, 4, 9, 16};
  const auto mean = [&](const std::vector<int>& counts) {
    return std::inner_product(values.begin(), values.end(), counts.begin(), 0.0) / 4;
  };
  const auto largest = [](const std::vector<int>& counts) { return *std::max_element(counts.begin(), counts.end()); };
  const auto both = percentile_intervals(4, {mean, largest});
  CHECK((both[0].low == percentile_interval(4, mean).low && both[0].high == percentile_interval(4, mean).high));
  CHECK((both[1].low == 1 && both[1].high == percentile_interval(4, largest).high));
}

TEST_CASE("bootstrap intervals cover the truth about as often as they say") {
  // Expected: 93 % for the mean of 20 normal values (t of 19 degrees of freedom at 1.96 sqrt(19/20)), 93 to 95 % for
  // the median.
  const std::uint64_t seed = 7;
  Stream stream(seed, Purpose::perturbation);
  int mean_covered = 0, median_covered = 0;
  constexpr int repetitions = 300;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    std::vector<double> values;
    std::vector<TimeToCriterion> times;
    for (int i = 0; i < 20; ++i) {
      values.push_back(5 + 2 * stream.normal());
      const double time = -100 * std::log(1 - stream.uniform());
      times.push_back({std::min(time, 150.0), time < 150});
    }
    const auto mean = *mean_estimate(values)->interval;
    const auto median = *median_time_interval(times);
    if (mean.low <= 5 && 5 <= mean.high) ++mean_covered;
    const double truth = 100 * std::log(2.0);
    if (median.low.value_or(1e9) <= truth && truth <= median.high.value_or(1e9)) ++median_covered;
  }
  CAPTURE(seed);
  for (const int covered : {mean_covered, median_covered}) {
    CHECK(not_below(covered, repetitions, 0.93));
    CHECK(not_above(covered, repetitions, 0.95));
  }
}

TEST_CASE("the basic bootstrap turns the quantiles of the errors round, outward where they fall between two of them") {
  // Of ten errors 1 .. 10 two lie beyond either end of a 50 % interval, one of 79 %, none of 81 %.
  const std::vector<double> errors{10, 1, 9, 2, 8, 3, 7, 4, 6, 5};
  for (const auto& [level, low, high] : {std::tuple{0.5, -8., -3.}, {0.79, -9., -2.}, {0.81, -10., -1.}}) {
    const auto interval = mirrored_interval(100, errors, level);
    CHECK(interval.value == 100);
    CHECK(interval.low == 100 + low);
    CHECK(interval.high == 100 + high);
  }
  const auto certain = mirrored_interval(3, {}, 0.95);
  CHECK((certain.low == 3 && certain.high == 3));
}

TEST_CASE("the studentised interval of a mean covers with 6 to 20 skewed values, where Student's does not") {
  for (const bool exponential : {false, true})
    for (const int n : {6, 10, 20}) {
      Stream stream(6, Purpose::estimate, static_cast<std::uint64_t>(n));
      long held = 0, by_student = 0;
      for (int repeat = 0; repeat < 200; ++repeat) {
        std::vector<double> values;
        for (int i = 0; i < n; ++i)
          values.push_back(exponential ? -std::log(1 - stream.uniform()) : 1 + stream.normal());
        const auto interval = *studentised_mean(values), student = *student_mean(values);
        held += interval.low <= 1 && interval.high >= 1;
        by_student += student.low <= 1 && student.high >= 1;
      }
      INFO(n << ", exponential " << exponential << ": " << held << ", by Student " << by_student);
      CHECK(not_below(held, 200, 0.95, 1e-3));
      if (exponential && n == 6) CHECK_FALSE(not_below(by_student, 200, 0.95, 1e-3));
    }
}

TEST_CASE(
    "the studentised interval follows scale and place, leans to the long tail, and has no width where nothing varies") {
  const std::vector<double> values{0.1, 0.3, 0.2, 0.6, 1.1, 3.4, 0.4};
  std::vector<double> moved, turned;
  for (const double value : values) {
    moved.push_back(5 + 100 * value);
    turned.push_back(-value);
  }
  const auto found = *studentised_mean(values), other = *studentised_mean(moved), mirrored = *studentised_mean(turned);
  CHECK(other.low == Approx(5 + 100 * found.low));
  CHECK(other.high == Approx(5 + 100 * found.high));
  CHECK(mirrored.low == Approx(-found.high));
  CHECK(found.high - found.value > 2 * (found.value - found.low));
  const auto constant = *studentised_mean({2, 2, 2, 2});
  CHECK((constant.low == 2 && constant.value == 2 && constant.high == 2));
  CHECK_FALSE(studentised_mean({1, 2}));
}
