// Which attractors of one network are which of another? Matching of two sets of points by assignment.
#pragma once

#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

/// The assignment of rows to columns with the smallest sum of costs, each row and column used once: Kuhn 1955,
/// doi:10.1002/nav.3800020109, and Munkres 1957, doi:10.1137/0105003, by shortest augmenting paths in O(n^3). cost: n x
/// n, finite, of any sign. Returns the column of each row. Throws UserError.
std::vector<Index> optimal_assignment(const Matrix<double>& cost);

struct MatchCost {
  double death, birth;  // of a point of the first or the second set that stays unmatched, in the unit of distance; >= 0
};

struct AttractorMatch {
  struct Pair {
    Index before, after;  // columns of the two sets
    double distance;
  };
  std::vector<Pair> pairs;            // by increasing `before`
  std::vector<Index> deaths, births;  // columns of the first and of the second set that stay unmatched
  double cost = 0;                    // sum of distances + deaths * death + births * birth
};

/// before: D x n, after: D x m, points as columns in one common space; either may be empty (n or m 0). Minimises the
/// cost over all partial matchings, by Euclidean distance. No pair is further apart than death + birth, which is
/// therefore the distance beyond which two attractors count as different; at exactly that distance either may come out.
/// Throws UserError for points of different dimension, values that are not finite and costs below 0.
AttractorMatch match_attractors(const Matrix<double>& before, const Matrix<double>& after, const MatchCost& unmatched);

}  // namespace stillpoint
