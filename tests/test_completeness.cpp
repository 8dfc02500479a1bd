// What is said of fixed points that a search has not found, against systems and samples in which all are known.
#include <cmath>
#include <map>
#include <random>

#include "analysis/points/fixed_points.hpp"
#include "analysis/points/newton.hpp"
#include "analysis/start_states.hpp"
#include "analysis/statistics/intervals.hpp"
#include "tests/catch.hpp"
#include "tests/problems.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;
using namespace stillpoint::testing;

namespace {

const Vector<double> no_input = Vector<double>::Zero(2);

/// Uncoupled neurons x' = -x + 2 tanh(x) of three fixed points each.
Network<double> wells(Index N) {
  auto network = random_network("leaky_current", Nonlinearity::tanh, N, 1, 3);
  network.W = 2 * Matrix<double>::Identity(N, N);
  network.b.setZero();
  network.tau_ms.setConstant(50);
  return network;
}

FixedPoints searched(const System& system, Index starts, Index budget, std::uint64_t seed) {
  FixedPointSearch search;
  search.starts = starts;
  search.budget = budget;
  search.seed = seed;
  search.proof_boxes = 0;
  return find_fixed_points(system, search);
}

}  // namespace

TEST_CASE("Chao1 counts what was hit once and twice") {
  CHECK(chao1_missing({5, 1, 1, 1, 1, 2, 0, 0, 9}) == Approx(4 * 3 / (2. * 2)));
  CHECK(chao1_missing({1, 2, 2, 2}) == 0);
  CHECK(chao1_missing({1, 1, 1}) == Approx(3));
  CHECK(chao1_missing({}) == 0);
  // Of 40 equally likely points 60 draws miss 40 (39/40)^60 on average, and here the bound is all but met.
  constexpr int repeats = 4000;
  Column estimated(repeats);
  std::mt19937_64 generator(3);
  for (auto& each : estimated) {
    std::vector<Index> hits(40, 0);
    for (int draw = 0; draw < 60; ++draw) ++hits[generator() % 40];
    each = chao1_missing(hits);
  }
  const double mean = estimated.mean(),
               error = std::sqrt((estimated.array() - mean).square().sum() / (repeats - 1.) / repeats);
  CHECK(std::abs(mean - 40 * std::pow(39. / 40, 60)) < 4 * error);
}

TEST_CASE("Clopper and Pearson's limit is where so few successes have the probability of the risk") {
  CHECK(clopper_pearson_high(0, 299, 0.05) == Approx(1 - std::pow(0.05, 1. / 299)));
  CHECK(clopper_pearson_high(0, 299, 0.05) < 0.01);
  CHECK(clopper_pearson_high(0, 298, 0.05) > 0.01);
  const double p = clopper_pearson_high(7, 120, 0.05);
  double tail = 0;
  for (int k = 0; k <= 7; ++k)
    tail += std::exp(std::lgamma(121.) - std::lgamma(k + 1.) - std::lgamma(121. - k) + k * std::log(p) +
                     (120 - k) * std::log1p(-p));
  CHECK(tail == Approx(0.05));
  CHECK(clopper_pearson_high(5, 5, 0.05) == 1);
  CHECK(clopper_pearson_high(0, 0, 0.05) == 1);
}

TEST_CASE("looks spend 5 % in all, and a clean one is as long as its limit needs") {
  double spent = 0;
  for (Index look = 0; look < 50; ++look) spent += risk_of_look(look);
  CHECK(spent == Approx(0.05));
  for (const Index look : {0, 1, 4}) {
    const auto n = starts_of_look(look, 0.01);
    CHECK(clopper_pearson_high(0, n, risk_of_look(look)) <= 0.01);
    CHECK(clopper_pearson_high(0, n - 1, risk_of_look(look)) > 0.01);
  }
}

TEST_CASE("that so many points are missing is wrong in at most 5 % of searches") {
  // Points equally likely, or falling by a power law; few draws and many.
  constexpr int seeds = 400;
  for (const double power : {0.0, 1.0, 2.0})
    for (const int points : {27, 400})
      for (const int draws : {60, 1000}) {
        std::vector<double> weights;
        for (int i = 1; i <= points; ++i) weights.push_back(std::pow(i, -power));
        std::discrete_distribution<std::size_t> law(weights.begin(), weights.end());
        int wrong = 0;
        double most = 0;
        for (int seed = 0; seed < seeds; ++seed) {
          std::mt19937_64 generator(static_cast<std::uint64_t>(seed));
          std::vector<Index> hits(weights.size(), 0);
          for (int draw = 0; draw < draws; ++draw) ++hits[law(generator)];
          const auto missed = static_cast<double>(std::count(hits.begin(), hits.end(), 0));
          const double low = least_missing(hits);
          wrong += low > missed;
          most = std::max(most, low);
        }
        INFO(power << ", " << points << " points, " << draws << " draws: " << wrong << " wrong");
        CHECK(not_above(wrong, seeds, 0.05));
        if (power == 0 && points == 400 && draws == 60) CHECK(most > 50);  // it does say something
      }
}

TEST_CASE("the share of starts that end elsewhere is below its limit in 95 % of searches") {
  // Of 27 points each draw of starts finds some; how likely each of them is, is measured once by many starts.
  const System system(wells(3), no_input, System::As::flow);
  std::map<std::vector<int>, double> likely;
  const auto signs = [](const Vector<double>& x) {
    std::vector<int> key;
    for (const double value : x) key.push_back(value > 1 ? 1 : value < -1 ? -1 : 0);
    return key;
  };
  double all = 0;
  const auto starts = search_starts(system, 6000, 99);
  for (const auto& start : starts.colwise())
    if (const auto root = find_root(system, start)) {
      ++likely[signs(*root)];
      ++all;
    }
  constexpr int seeds = 100;
  int wrong = 0, covered = 0, looked = 0, wrong_looks = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto found = searched(system, 24, 3000, seed);
    auto elsewhere = likely;
    for (const auto& point : found.points) elsewhere.erase(signs(point.state));
    double share = 0;
    for (const auto& [key, hits] : elsewhere) share += hits / all;
    wrong += share > found.unseen_share.high;
    covered += found.unseen_share.ended == UnseenShare::Ended::covered;
    looked += !found.unseen_share.by_halves;
    wrong_looks += !found.unseen_share.by_halves && share > found.unseen_share.high;
    CHECK(found.complete == Completeness::estimated);
    CHECK(found.missing.low <= 27 - static_cast<double>(found.points.size()));
    CHECK_FALSE(found.missing.high.has_value());
    CHECK((found.unseen_share.ended == UnseenShare::Ended::covered) == (found.unseen_share.high <= 0.01));
  }
  INFO(wrong << " of " << seeds << " wrong");
  CHECK(not_above(wrong, seeds, 0.05));
  INFO(wrong_looks << " of " << looked << " by fresh starts wrong");
  CHECK(not_above(wrong_looks, looked, 0.05));  // whether there are looks is known before them
  CHECK(covered > 0);
}

TEST_CASE("a search of many points that are met once stops") {
  const auto network = random_network("leaky_rate", Nonlinearity::relu, 18, 1, 3);
  auto pairs = network;
  pairs.W.setZero();
  for (Index i = 0; i < 18; i += 2) pairs.W(i, i + 1) = pairs.W(i + 1, i) = -2;
  pairs.b.setOnes();
  const auto found = searched(System(pairs, no_input, System::As::flow), 200, 4096, 1);
  CHECK(found.unseen_share.ended == UnseenShare::Ended::many_points);
  CHECK(found.unseen_share.high > 0.2);
  CHECK(found.unseen_share.converged == found.converged - found.converged / 2);
  CHECK(found.missing.low > 0);
}

TEST_CASE("what is left out of the budget is said") {
  const System system(wells(3), no_input, System::As::flow);
  const auto few = searched(system, 100, 0, 1);
  CHECK(few.unseen_share.ended == UnseenShare::Ended::budget);
  const auto some = searched(system, 100, 200, 1);
  CHECK(some.unseen_share.ended == UnseenShare::Ended::budget);
  CHECK(some.unseen_share.converged <= 75);
  CHECK(some.unseen_share.high < few.unseen_share.high);
}
