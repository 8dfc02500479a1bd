// The test of paired differences against every assignment of signs, its interval against the test itself.
#include <algorithm>
#include <cmath>

#include "analysis/statistics/paired.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// Share of the assignments of signs whose sum is as far from 0 as the one seen.
double by_all_signs(const std::vector<double>& differences, double shift = 0) {
  double seen = 0;
  for (const double value : differences) seen += value - shift;
  long as_far = 0;
  for (unsigned signs = 0; signs < 1u << differences.size(); ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) sum += (signs >> i & 1u ? -1 : 1) * (differences[i] - shift);
    if (std::abs(sum) >= std::abs(seen) - 1e-12) ++as_far;
  }
  return static_cast<double>(as_far) / std::ldexp(1, static_cast<int>(differences.size()));
}

}  // namespace

TEST_CASE("the p-value of paired differences is the share of assignments of signs that lie as far out") {
  for (const auto& differences : std::vector<std::vector<double>>{{3, -1, 4, 1, 5, 9, 2},
                                                                  {0, 0, 3, -3, 2, 7},
                                                                  {-0.1, 0.3, -0.2, 0, 0.4, 1.5, -0.7, 0.05},
                                                                  {5, 5, 5, 5, 5},
                                                                  {1, -1}}) {
    const auto test = paired_test(differences);
    REQUIRE(test.p);
    CHECK(*test.p == Approx(by_all_signs(differences)).epsilon(1e-12));
  }
  CHECK(*paired_test({5, 5, 5, 5, 5}).p == 2. / 32);
}

TEST_CASE("the interval of paired differences holds the shifts that the test does not reject") {
  const std::vector<double> differences{-0.31, 1.27, 0.46, 2.9, -0.85, 1.13, 0.07, 1.92};
  const auto interval = paired_test(differences).interval;
  REQUIRE(interval);
  constexpr double little = 1e-9;
  for (const double end : {interval->low, interval->high}) {
    const double outward = end == interval->low ? -little : little;
    CHECK(by_all_signs(differences, end + outward) <= 0.05);
    CHECK(by_all_signs(differences, end - outward) > 0.05);
  }
}

TEST_CASE("where nothing varies, or too few pairs are there, no interval and no p-value is given") {
  CHECK(std::isnan(paired_test({}).mean));
  CHECK_FALSE(paired_test({}).p);
  CHECK_FALSE(paired_test({3}).p);
  CHECK((!paired_test({0, 0, 0, 0, 0, 0, 0}).p && !paired_test({0, 0, 0, 0, 0, 0, 0}).interval));
  CHECK((paired_test({1, 2, 3, 4, 5}).p && !paired_test({1, 2, 3, 4, 5}).interval));
  CHECK(paired_test({1, 2, 3, 4, 5, 6}).interval);
  CHECK((*paired_test({1, 1, 1, 1, 1, 1, 1}).p == 2. / 128 && !paired_test({1, 1, 1, 1, 1, 1, 1}).interval));
}

TEST_CASE("the interval of paired differences excludes 0 exactly where p is at most .05, for many pairs as for few") {
  Stream stream(11, Purpose::estimate);
  long excluded = 0;
  for (int repetition = 0; repetition < 60; ++repetition) {
    std::vector<double> differences(repetition % 3 == 0 ? 24 : repetition % 3 == 1 ? 7 : 12);
    for (auto& value : differences) value = std::round(10 * (0.6 + stream.normal()));
    const auto test = paired_test(differences);
    REQUIRE((test.interval && test.p));
    const bool outside = test.interval->low > 0 || test.interval->high < 0;
    CHECK(outside == (*test.p <= 0.05));
    excluded += outside;
  }
  CHECK((excluded > 0 && excluded < 60));
}

TEST_CASE("the interval of paired differences holds the mean as often as it says, of 6 to 30 pairs") {
  constexpr int repetitions = 1000;
  for (const std::size_t pairs : {6, 10, 30}) {
    Stream stream(12, Purpose::estimate, pairs);
    long held = 0, rejected = 0;
    for (int repetition = 0; repetition < (pairs > 20 ? 100 : repetitions); ++repetition) {
      std::vector<double> differences;
      for (std::size_t i = 0; i < pairs; ++i) differences.push_back(std::pow(stream.normal(), 3));  // heavy tails
      const auto test = paired_test(differences);
      held += test.interval->low <= 0 && 0 <= test.interval->high;
      rejected += *test.p <= 0.05;
    }
    const long all = pairs > 20 ? 100 : repetitions;
    INFO(pairs << " pairs: held " << held << " of " << all);
    CHECK(not_below(held, all, 0.95));
    CHECK(not_above(rejected, all, 0.05));
  }
}

namespace {

/// Of random subsets, one after the other, sorted.
std::vector<double> literal_means(const std::vector<double>& values) {
  Stream stream(0, Purpose::bootstrap);
  std::vector<double> means;
  while (means.size() < (1 << 17) - 1) {
    double sum = 0, size = 0;
    std::uint64_t coins = 0;
    for (std::size_t i = 0; i < values.size(); ++i, coins >>= 1) {
      if (i % 64 == 0) coins = stream.bits();
      if ((coins & 1) == 0) continue;
      sum += values[i];
      ++size;
    }
    if (size > 0) means.push_back(sum / size);
  }
  std::sort(means.begin(), means.end());
  return means;
}

}  // namespace

TEST_CASE("tests of many lists are those of each alone, to the bit those of one random subset after the other") {
  Stream stream(13, Purpose::estimate);
  std::vector<std::vector<double>> lists{{}, {3}, {0, 0, 0}};
  for (const std::size_t pairs : {21, 70, 7, 21, 130})
    for (int list = 0; list < (pairs == 70 ? 66 : 1); ++list) {  // more than are held at once
      auto& differences = lists.emplace_back();
      for (std::size_t i = 0; i < pairs; ++i) differences.push_back(stream.normal() / 3);
    }
  const auto together = paired_tests(lists);
  REQUIRE(together.size() == lists.size());
  for (std::size_t k = 0; k < lists.size(); k += k < 5 ? 1 : 20) {
    CAPTURE(k);
    const auto alone = paired_test(lists[k]);
    CHECK((together[k].pairs == alone.pairs && together[k].p == alone.p));
    REQUIRE(together[k].interval.has_value() == alone.interval.has_value());
    if (!alone.interval) continue;
    CHECK((together[k].interval->low == alone.interval->low && together[k].interval->high == alone.interval->high));
    if (lists[k].size() < 21) continue;
    const auto means = literal_means(lists[k]);
    const auto rank = static_cast<std::size_t>(0.025 * static_cast<double>(means.size() + 1));
    CHECK((alone.interval->low == means[rank - 1] && alone.interval->high == means[means.size() - rank]));
  }
}
