// Matching of attractors: against every assignment, and on sets that were permuted, moved, thinned and added to.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/points/attractor_match.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

namespace {

constexpr std::uint64_t seed = 77;

Matrix<double> normal(Index rows, Index columns, std::uint64_t which) {
  Matrix<double> values(rows, columns);
  Stream(seed, Purpose::trial, which).fill_normal(values);
  return values;
}

/// The least cost over all partial matchings, point by point of the first set.
double brute_force(const Matrix<double>& before, const Matrix<double>& after, const MatchCost& alone, Index i,
                   std::vector<bool>& taken) {
  if (i == before.cols()) return alone.birth * static_cast<double>(std::count(taken.begin(), taken.end(), false));
  double least = alone.death + brute_force(before, after, alone, i + 1, taken);
  for (std::size_t j = 0; j < taken.size(); ++j) {
    if (taken[j]) continue;
    taken[j] = true;
    least = std::min(least, (before.col(i) - after.col(static_cast<Index>(j))).norm() +
                                brute_force(before, after, alone, i + 1, taken));
    taken[j] = false;
  }
  return least;
}

}  // namespace

TEST_CASE("the assignment is the best of all permutations") {
  for (Index n = 0; n <= 7; ++n)
    for (std::uint64_t repeat = 0; repeat < 8; ++repeat) {
      Matrix<double> cost = normal(n, n, 10 + repeat);
      if (repeat % 2 == 1) cost = cost.array().round();  // ties
      std::vector<Index> order(static_cast<std::size_t>(n));
      std::iota(order.begin(), order.end(), 0);
      const auto total = [&](const std::vector<Index>& columns) {
        double sum = 0;
        for (Index i = 0; i < n; ++i) sum += cost(i, columns[static_cast<std::size_t>(i)]);
        return sum;
      };
      const auto found = optimal_assignment(cost);
      CHECK(std::is_permutation(found.begin(), found.end(), order.begin(), order.end()));
      double least = INFINITY;
      do least = std::min(least, total(order));
      while (std::next_permutation(order.begin(), order.end()));
      CHECK(total(found) == Approx(least).margin(1e-12));
    }
}

TEST_CASE("the matching is the best of all partial matchings") {
  for (Index n = 0; n <= 5; ++n)
    for (Index m = 0; m <= 5; ++m) {
      const auto before = normal(2, n, 30), after = normal(2, m, 31);
      const MatchCost alone{0.7, 0.4};
      const auto match = match_attractors(before, after, alone);
      std::vector<bool> taken(static_cast<std::size_t>(m), false);
      CHECK(match.cost == Approx(brute_force(before, after, alone, 0, taken)).margin(1e-12));
      CHECK(match.pairs.size() + match.deaths.size() == static_cast<std::size_t>(n));
      CHECK(match.pairs.size() + match.births.size() == static_cast<std::size_t>(m));
      for (const auto& pair : match.pairs) {
        CHECK(pair.distance == Approx((before.col(pair.before) - after.col(pair.after)).norm()));
        CHECK(pair.distance <= 0.7 + 0.4 + 1e-12);
      }
    }
}

TEST_CASE("a permuted and perturbed set is matched point by point, with its deaths and births") {
  constexpr Index n = 60, D = 5;
  const auto before = normal(D, n, 40);
  Stream stream(seed, Purpose::permutation);
  std::vector<Index> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (Index i = n - 1; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(stream.below(i + 1))]);
  // The points 0 to 4 have died; three were born far away.
  Matrix<double> after(D, n - 5 + 3);
  std::vector<Index> origin;
  for (const Index i : order)
    if (i >= 5) {
      after.col(static_cast<Index>(origin.size())) =
          before.col(i) + 0.01 * normal(D, 1, static_cast<std::uint64_t>(100 + i));
      origin.push_back(i);
    }
  after.rightCols(3) = normal(D, 3, 41).array() + 20;
  const auto match = match_attractors(before, after, {0.1, 0.1});
  CHECK(match.deaths == std::vector<Index>{0, 1, 2, 3, 4});
  CHECK(match.births == std::vector<Index>{n - 5, n - 4, n - 3});
  REQUIRE(match.pairs.size() == origin.size());
  for (const auto& pair : match.pairs) CHECK(origin[static_cast<std::size_t>(pair.after)] == pair.before);
}

TEST_CASE("a matching is refused where it has no meaning") {
  const Matrix<double> two = normal(2, 3, 50), three = normal(3, 3, 51);
  CHECK_THROWS_WITH(match_attractors(two, three, {1, 1}), Catch::Contains("points = 2 and 3"));
  CHECK_THROWS_WITH(match_attractors(two, two, {-1, 1}), Catch::Contains("death = -1"));
  CHECK_THROWS_WITH(match_attractors(two, two, {1, NAN}), Catch::Contains("birth = nan"));
  CHECK_THROWS_WITH(match_attractors(two, Matrix<double>(two / 0.), {1, 1}), Catch::Contains("finite"));
  CHECK_THROWS_WITH(optimal_assignment(normal(2, 3, 52)), Catch::Contains("cost = 2 x 3"));
}
