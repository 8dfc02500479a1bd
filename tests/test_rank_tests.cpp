// Log-rank test, Holm's correction and Cliff's delta: published values, sums by hand, and how often they are right.
#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/statistics/rank_tests.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

using Times = std::vector<TimeToCriterion>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Times all_reached(const std::vector<double>& updates) {
  Times times;
  for (const double each : updates) times.push_back({each, true});
  return times;
}

Times six_mp() {
  auto times = all_reached({22, 6, 6, 6, 7, 23, 10, 13, 16});
  for (const double t : {35., 6., 9., 10., 11., 17., 19., 20., 25., 32., 32., 34.}) times.push_back({t, false});
  return times;
}
Times placebo() { return all_reached({1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23}); }

/// Times with many ties, some censored at the budget 10, some diverged.
Times random_times(Stream& stream, long size) {
  Times times;
  for (long i = 0; i < size; ++i) {
    const auto updates = static_cast<double>(stream.below(14));
    if (updates < 10)
      times.push_back({updates, true});
    else
      times.push_back({updates == 13 ? std::numeric_limits<double>::infinity() : 10, false});
  }
  return times;
}

}  // namespace

TEST_CASE("the log-rank test of the remission times of Freireich et al. 1963") {
  // Blood 21:699, 6-MP against placebo: 9 relapses observed, 19.25 expected, variance 6.257 in many textbooks.
  const auto test = log_rank(six_mp(), placebo());
  REQUIRE(test);
  CHECK(test->statistic == Approx(16.793).margin(5e-4));
  CHECK(test->p == Approx(4.17e-5).margin(5e-8));
  CHECK(test->p == Approx(std::erfc(std::sqrt(test->statistic / 2))).epsilon(1e-10));
}

TEST_CASE("the log-rank test by hand, with ties and with a run that diverged") {
  // At 1 one of the first three and one of the second two reach: d = 2, n = 5, n1 = 3, expected 6/5, variance
  // 2 * 3/5 * 2/5 * 3/4 = 9/25; at 2 one of the second: n = 3, n1 = 2, expected 2/3, variance 2/9.
  const double infinity = std::numeric_limits<double>::infinity();
  const Times first{{1, true}, {2, false}, {infinity, false}}, second{{1, true}, {2, true}};
  CHECK(log_rank(first, second)->statistic == Approx(std::pow(1 - 6. / 5 - 2. / 3, 2) / (9. / 25 + 2. / 9)));

  CHECK_FALSE(log_rank({{9, false}, {9, false}}, {{9, false}}));  // no run reached
  CHECK_FALSE(log_rank({{1, false}}, {{2, true}, {3, true}}));    // nobody left to compare with
  CHECK_FALSE(log_rank({}, {{2, true}}));
  CHECK(log_rank({{1, true}, {2, true}}, {{1, true}, {2, true}})->p == 1);
}

TEST_CASE("the log-rank test knows neither the order of groups or runs nor the unit of time") {
  Stream stream(11, Purpose::perturbation);
  for (int repetition = 0; repetition < 50; ++repetition) {
    auto first = random_times(stream, 2 + repetition % 7), second = random_times(stream, 2 + repetition % 5);
    const auto test = log_rank(first, second);
    if (!test) continue;
    CAPTURE(repetition);
    CHECK(log_rank(second, first)->statistic == Approx(test->statistic).margin(1e-12));
    std::reverse(first.begin(), first.end());
    for (auto* times : {&first, &second})
      for (auto& time : *times) time.updates = std::exp(time.updates);
    CHECK(log_rank(first, second)->statistic == Approx(test->statistic).margin(1e-12));
  }
}

TEST_CASE("the log-rank test rejects as often as it says when both groups are alike") {
  // 2000 pairs of 20 exponential times, a quarter censored.
  Stream stream(5, Purpose::perturbation);
  const auto draw = [&] {
    Times times;
    for (int i = 0; i < 20; ++i) {
      const double time = -std::log(1 - stream.uniform());
      times.push_back({std::min(time, 1.4), time < 1.4});
    }
    return times;
  };
  int rejected = 0;
  for (int repetition = 0; repetition < 2000; ++repetition)
    if (log_rank(draw(), draw())->p <= 0.05) ++rejected;
  CHECK(not_below(rejected, 2000, 0.05));
  CHECK(not_above(rejected, 2000, 0.055));  // its law is that of many runs
}

TEST_CASE("Holm's correction by hand, in any order") {
  // Sorted: .005 x 4, .01 x 3, .03 x 2, .04 x 1, the last not below the one before.
  const std::vector<double> p{0.01, 0.04, 0.03, 0.005}, expected{0.03, 0.06, 0.06, 0.02};
  const auto adjusted = holm(p);
  REQUIRE(adjusted.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(adjusted[i] == Approx(expected[i]));
  CHECK(holm({0.4, 0.5, 1}) == std::vector<double>{1, 1, 1});
  CHECK(holm({0.2}) == std::vector<double>{0.2});
  CHECK(holm({}).empty());
  CHECK_THROWS_AS(holm({0.5, 1.5}), std::invalid_argument);
  CHECK_THROWS_AS(holm({not_a_number}), std::invalid_argument);
}

TEST_CASE("Cliff's delta is the brute-force difference of shares, whatever was censored when") {
  Stream stream(3, Purpose::perturbation);
  for (int repetition = 0; repetition < 100; ++repetition) {
    auto first = random_times(stream, 2 + repetition % 6);
    const auto second = random_times(stream, 2 + repetition % 4);
    const auto end = [](const TimeToCriterion& time) { return time.reached ? time.updates : 1e9; };
    double later = 0, sooner = 0;
    for (const auto& a : first)
      for (const auto& b : second) {
        later += end(a) > end(b) ? 1 : 0;
        sooner += end(a) < end(b) ? 1 : 0;
      }
    const auto delta = cliffs_delta(first, second), swapped = cliffs_delta(second, first);
    CAPTURE(repetition);
    CHECK(delta.value == Approx((later - sooner) / static_cast<double>(first.size() * second.size())).margin(1e-12));
    CHECK(swapped.value == -delta.value);
    REQUIRE((delta.interval && swapped.interval));
    CHECK(swapped.interval->low == Approx(-delta.interval->high).margin(1e-12));
    CHECK(delta.interval->low <= delta.value);
    CHECK(delta.interval->high >= delta.value);
    std::reverse(first.begin(), first.end());
    CHECK(cliffs_delta(first, second).interval->low == Approx(delta.interval->low).margin(1e-12));
  }
  CHECK_FALSE(cliffs_delta({{1, true}}, {{2, true}, {3, true}}).interval);
  CHECK_THROWS_AS(cliffs_delta({}, {{2, true}}), std::invalid_argument);
}

TEST_CASE("the interval of Cliff's delta equals a published one, and has a width when all pairs are alike") {
  // Zaiontz, real-statistics.com, "Cliff's Delta": -.40152, standard error .225, interval -.730 to .0778.
  const auto control = all_reached({11, 15, 9, 4, 34, 17, 18, 14, 12, 13, 26, 31});
  const auto drug = all_reached({34, 31, 35, 29, 28, 12, 18, 30, 14, 22, 10});
  const auto delta = cliffs_delta(control, drug);
  CHECK(delta.value == Approx(-0.40152).margin(5e-6));
  CHECK(delta.interval->low == Approx(-0.730).margin(5e-4));
  CHECK(delta.interval->high == Approx(0.0778).margin(5e-5));

  // (n - z^2) / (n + z^2) of Feng & Cliff 2004, n the smaller group: here 3.
  const double z2 = 1.959964 * 1.959964;
  const auto apart = cliffs_delta(all_reached({1, 2, 3}), all_reached({4, 5, 6, 7}));
  CHECK((apart.value == -1 && apart.interval->low == -1));
  CHECK(apart.interval->high == Approx(-(3 - z2) / (3 + z2)).epsilon(1e-6));
  const auto tied = cliffs_delta(Times(20, {400, false}), Times(20, {400, false}));
  CHECK(tied.value == 0);
  CHECK(tied.interval->high == Approx(z2 / (20 + z2)).epsilon(1e-6));
  CHECK(tied.interval->low == -tied.interval->high);
}

TEST_CASE("the interval of Cliff's delta covers the truth about as often as it says") {
  // Exponential times of mean 100 and 400, censored at 400: delta = -.6 (1 - exp(-5)). Expected: 92 %.
  const double truth = -0.6 * (1 - std::exp(-5));
  Stream stream(9, Purpose::perturbation);
  const auto draw = [&](double mean) {
    Times times;
    for (int i = 0; i < 10; ++i) {
      const double time = -mean * std::log(1 - stream.uniform());
      times.push_back({std::min(time, 400.0), time < 400});
    }
    return times;
  };
  int covered = 0;
  for (int repetition = 0; repetition < 1000; ++repetition) {
    const auto faster = draw(100), slower = draw(400);
    const auto interval = *cliffs_delta(faster, slower).interval;
    if (interval.low <= truth && truth <= interval.high) ++covered;
  }
  CHECK(not_below(covered, 1000, 0.92));
  CHECK(not_above(covered, 1000, 0.95));
}
