// How well hypotheses are told apart, against counting, closed forms and the coverage that its interval claims.
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "analysis/statistics/best_statistic.hpp"
#include "analysis/statistics/bootstrap.hpp"
#include "analysis/statistics/discrimination.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr double coverage_level = 1e-3;
constexpr long data_sets = 200;

std::vector<Animal> single_sessions(const std::vector<double>& values, std::uint64_t first_seed = 0) {
  std::vector<Animal> animals;
  for (const double value : values) animals.push_back({first_seed + animals.size(), {value}});
  return animals;
}

double normal_cdf(double z) { return boost::math::cdf(boost::math::normal(), z); }
double normal_quantile(double p) { return boost::math::quantile(boost::math::normal(), p); }

/// Animals of two hypotheses whose values have this AUC and, seed by seed, this correlation of their normal scores.
StatisticOfPair drawn(int n, double auc, bool exponential, double correlation, Stream& stream) {
  const double apart = auc == 1      ? 1000
                       : exponential ? -std::log(2 * (1 - auc))  // P(E' + s > E) = 1 - exp(-s) / 2
                                     : std::sqrt(2.) * normal_quantile(auc);
  const auto value = [&](double z) { return exponential ? -std::log(normal_cdf(-z)) : z; };
  StatisticOfPair pair;
  for (int seed = 0; seed < n; ++seed) {
    const double x = stream.normal(), y = stream.normal();
    pair.a.push_back({static_cast<std::uint64_t>(seed), {value(x)}});
    const double z = correlation * x + std::sqrt(1 - correlation * correlation) * y;
    pair.b.push_back({static_cast<std::uint64_t>(seed), {value(z) + apart}});
  }
  return pair;
}

bool holds(const Interval& interval, double truth) {
  return interval.low <= truth + 1e-12 && interval.high >= truth - 1e-12;
}

}  // namespace

TEST_CASE("AUC is the share of pairs of different seeds in which b is larger, ties half") {
  const auto a = single_sessions({1, 4, 2, 2}), b = single_sessions({3, 2, 2, 5});
  double above = 0;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      if (i == j) continue;
      const double x = a[i].sessions[0], y = b[j].sessions[0];
      above += x < y ? 1 : x > y ? 0 : 0.5;
    }
  const auto found = discrimination(a, b, 1);
  REQUIRE(found);
  CHECK(found->auc.value == Approx(above / 12));
  CHECK((found->animals_a == 4 && found->animals_b == 4));
  // Of other seeds the pairs of one place count as well: 1 < 3, 4 > 2, 2 = 2, 2 < 5.
  CHECK(discrimination(a, single_sessions({3, 2, 2, 5}, 100), 1)->auc.value == Approx((above + 2.5) / 16));
}

TEST_CASE("an animal's value is the mean of so many of its sessions, over all neighbouring ones") {
  // Pairs of {1, 2, 6}: means 1.5, 4, 3.5; against 3 and 3.6 of two animals with two sessions each.
  const std::vector<Animal> a{{1, {1, 2, 6}}}, b{{2, {2, 4}}, {3, {3.6, 3.6}}, {4, {100}}};
  const auto found = discrimination(a, b, 2);
  REQUIRE(found);
  CHECK(found->auc.value == Approx((1. / 3 + 2. / 3) / 2));
  CHECK(found->animals_b == 2);  // one session is too few
  CHECK_FALSE(found->auc.interval);
  CHECK(discrimination(a, b, 3) == std::nullopt);
}

TEST_CASE("AUC has no bias, and more sessions make it what less noise would") {
  const double between = 1, within = 1.5, apart = 1.2;
  Stream stream(1, Purpose::estimate);
  for (const long k : {1L, 2L, 6L}) {
    double sum = 0, squares = 0;
    const int repeats = 400;
    for (int repeat = 0; repeat < repeats; ++repeat) {
      std::vector<Animal> a, b;
      for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const double shared = stream.normal();  // animals of one seed are alike: not to be seen
        for (auto* group : {&a, &b}) {
          Animal animal{seed, {}};
          const double own = (group == &b ? apart : 0) + between * (0.8 * shared + 0.6 * stream.normal());
          for (int session = 0; session < 6; ++session) animal.sessions.push_back(own + within * stream.normal());
          group->push_back(animal);
        }
      }
      const double auc = discrimination(a, b, k)->auc.value;
      sum += auc;
      squares += auc * auc;
    }
    const double mean = sum / repeats, error = std::sqrt((squares / repeats - mean * mean) / repeats);
    const double variance = 2 * (between * between + within * within / static_cast<double>(k));
    INFO(k << " sessions: " << mean << " +- " << error);
    CHECK(std::abs(mean - normal_cdf(apart / std::sqrt(variance))) < 4 * error);
  }
}

TEST_CASE("labels that are exchanged within seeds give AUC .5 on average, exactly") {
  Stream stream(2, Purpose::estimate);
  const auto pair = drawn(6, 0.9, true, 0.5, stream);
  double sum = 0;
  for (unsigned swapped = 0; swapped < 64; ++swapped) {
    auto other = pair;
    for (std::size_t i = 0; i < 6; ++i)
      if ((swapped >> i) & 1) std::swap(other.a[i], other.b[i]);
    sum += discrimination(other.a, other.b, 1)->auc.value;
  }
  CHECK(sum / 64 == Approx(0.5).epsilon(1e-12));
  CHECK(discrimination(pair.a, pair.b, 1)->auc.value > 0.7);
}

TEST_CASE("the interval of AUC is a score interval with the trials that the jackknife over seeds counts") {
  Stream stream(3, Purpose::estimate);
  const int n = 9;
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  int between_bounds = 0;
  for (int draw = 0; draw < 20; ++draw) {
    const auto pair = drawn(n, 0.75, false, draw % 2 == 0 ? 0.3 : -0.3, stream);
    const auto found = *discrimination(pair.a, pair.b, 1);
    Vector<double> without(n);
    for (int left_out = 0; left_out < n; ++left_out) {
      auto rest = pair;
      rest.a.erase(rest.a.begin() + left_out);
      rest.b.erase(rest.b.begin() + left_out);
      without(left_out) = discrimination(rest.a, rest.b, 1)->auc.value;
    }
    const double auc = found.auc.value;
    double trials = auc * (1 - auc) / std::pow(jackknife_error(without), 2);
    // Hanley & McNeil's variance, P(two b above one a) and P(one b above two a) those of exponential laws
    const double two_b = auc / (2 - auc), two_a = 2 * auc * auc / (1 + auc);
    const double least = (auc * (1 - auc) + (n - 1) * (two_b - auc * auc) + (n - 1) * (two_a - auc * auc)) / (n * n);
    between_bounds += trials > n / 2. && trials < auc * (1 - auc) / least;
    trials = std::min(std::max(trials, n / 2.), auc * (1 - auc) / least);
    for (const double p : {found.auc.interval->low, found.auc.interval->high})
      CHECK(std::abs(auc - p) / std::sqrt(p * (1 - p) / trials) == Approx(t));
  }
  CHECK(between_bounds > 5);

  // All separated: what n of n trials say, with t. All alike: what n trials say of a half.
  const auto certain = drawn(n, 1, false, 0, stream);
  const auto best = *discrimination(certain.a, certain.b, 1)->auc.interval;
  CHECK(best.high == 1);
  CHECK(best.low == Approx(n / (n + t * t)));
  const auto alike = single_sessions(std::vector<double>(n, 7.));
  const auto none = *discrimination(alike, alike, 1)->auc.interval;
  CHECK(none.low == Approx(0.5 - 0.5 * t / std::sqrt(n + t * t)));
}

TEST_CASE("intervals of AUC cover with 6 to 20 networks, where the percentile bootstrap over seeds does not") {
  for (const int n : {6, 10, 20})
    for (const double auc : {.5, .8, .95, 1.})
      for (const bool exponential : {false, true})
        for (const double correlation : {-.7, 0., .7}) {
          Stream stream(4, Purpose::estimate, static_cast<std::uint64_t>(n));
          long held = 0;
          for (long i = 0; i < data_sets; ++i) {
            const auto pair = drawn(n, auc, exponential, correlation, stream);
            held += holds(*discrimination(pair.a, pair.b, 1)->auc.interval, auc);
          }
          INFO(n << " networks, AUC " << auc << ", exponential " << exponential << ", correlation " << correlation
                 << ": " << held);
          CHECK(not_below(held, data_sets, 0.95, coverage_level));
        }

  Stream stream(5, Purpose::estimate);
  long held = 0;
  for (long i = 0; i < data_sets / 4; ++i) {
    const auto pair = drawn(6, 0.95, false, 0, stream);
    const auto interval = percentile_interval(6, [&](const std::vector<int>& counts) {
      double above = 0, pairs = 0;
      for (std::size_t x = 0; x < 6; ++x)
        for (std::size_t y = 0; y < 6; ++y) {
          if (x == y) continue;
          const double weight = counts[x] * counts[y];
          pairs += weight;
          above += weight * (pair.b[y].sessions[0] > pair.a[x].sessions[0]);
        }
      return pairs > 0 ? above / pairs : 0.5;
    });
    held += holds(interval, 0.95);
  }
  INFO("bootstrap " << held << " of " << data_sets / 4);
  CHECK(shown_below(held, data_sets / 4, 0.95));
}

TEST_CASE("discrimination is absent without pairs and refuses what is no value") {
  CHECK_FALSE(discrimination({}, single_sessions({1}), 1));
  CHECK_FALSE(discrimination(single_sessions({1}), single_sessions({2}), 1));  // of one seed
  CHECK_THROWS_WITH(discrimination({}, {}, 0), Catch::Contains("sessions = 0"));
  CHECK_THROWS_WITH(discrimination({{3, {std::nan("")}}}, {}, 1), Catch::Contains("session of seed 3 = nan"));
}

TEST_CASE("a statistic chosen on even seeds has an unbiased AUC on odd ones, and a biased one on its own") {
  Stream stream(6, Purpose::estimate);
  const int repeats = 400;
  double sum = 0, squares = 0, chosen = 0;  // in the direction of the choice
  for (int repeat = 0; repeat < repeats; ++repeat) {
    std::vector<StatisticOfPair> statistics;
    for (int i = 0; i < 12; ++i) statistics.push_back(drawn(12, 0.5, i % 2 == 0, 0.4, stream));
    const auto best = best_of(statistics, 1);
    REQUIRE((best && best->reported));
    const double direction = best->auc_of_choice > 0.5 ? 1 : -1;
    const double reported = direction * (best->reported->auc.value - 0.5);
    sum += reported;
    squares += reported * reported;
    chosen += direction * (best->auc_of_choice - 0.5);
  }
  const double error = std::sqrt(squares) / repeats;
  INFO("reported " << 0.5 + sum / repeats << " +- " << error << ", chosen " << 0.5 + chosen / repeats);
  CHECK(std::abs(sum / repeats) < 4 * error);
  CHECK(chosen / repeats > 0.2);
}

TEST_CASE("the best statistic is found, reported on the other half, and absent where nothing is defined") {
  Stream stream(7, Purpose::estimate);
  std::vector<StatisticOfPair> statistics(3);
  for (auto& statistic : statistics) statistic = drawn(12, 0.5, false, 0, stream);
  for (auto& animal : statistics[1].a) animal.sessions[0] += 20;
  auto best = best_of(statistics, 1);
  REQUIRE(best);
  CHECK(best->index == 1);
  CHECK((best->auc_of_choice == 0 && best->reported->auc.value == 0 && best->reported->animals_a == 6));
  for (auto& animal : statistics[1].a)
    if (animal.seed % 2 == 1) animal.sessions.clear();
  best = best_of(statistics, 1);
  CHECK((best->index == 1 && !best->reported));
  CHECK_FALSE(best_of({{}, {}}, 1));
}
