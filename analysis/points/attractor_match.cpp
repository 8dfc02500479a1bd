#include "analysis/points/attractor_match.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "sim/options/option.hpp"

namespace stillpoint {

/// Rows enter one by one. Row prices u and column prices v keep cost - u - v >= 0, with equality where assigned; a new
/// row looks for the free column at the end of the shortest path of such reduced costs (as Dijkstra would).
std::vector<Index> optimal_assignment(const Matrix<double>& cost) {
  const Index n = cost.rows();
  require_parameter(cost.cols() == n, "cost", fmt::format("{} x {}", n, cost.cols()), "must be square");
  require_parameter(cost.allFinite(), "cost", "not finite", "all costs must be finite");
  constexpr Index none = -1;
  Vector<double> u = Vector<double>::Zero(n), v = u, reach(n);
  std::vector<Index> row_of(static_cast<std::size_t>(n), none), via(row_of);  // per column
  std::vector<bool> settled(static_cast<std::size_t>(n));
  const auto at = [](auto& list, Index i) -> decltype(auto) { return list[static_cast<std::size_t>(i)]; };
  for (Index entering = 0; entering < n; ++entering) {
    reach.setConstant(std::numeric_limits<double>::infinity());
    std::fill(settled.begin(), settled.end(), false);
    Index row = entering, end = none;
    double travelled = 0;
    Index from = none;  // the column that `row` holds
    while (end == none) {
      Index nearest = none;
      for (Index column = 0; column < n; ++column) {
        if (at(settled, column)) continue;
        if (const double length = travelled + cost(row, column) - u(row) - v(column); length < reach(column)) {
          reach(column) = length;
          at(via, column) = from;
        }
        if (nearest == none || reach(column) < reach(nearest)) nearest = column;
      }
      at(settled, nearest) = true;
      travelled = reach(nearest);
      if (at(row_of, nearest) == none) {
        end = nearest;
      } else {
        from = nearest;
        row = at(row_of, nearest);
      }
    }
    u(entering) += travelled;
    for (Index column = 0; column < n; ++column)
      if (at(settled, column) && column != end) {
        u(at(row_of, column)) += travelled - reach(column);
        v(column) -= travelled - reach(column);
      }
    for (Index column = end; column != none; column = at(via, column))
      at(row_of, column) = at(via, column) == none ? entering : at(row_of, at(via, column));
  }
  std::vector<Index> column_of(static_cast<std::size_t>(n));
  for (Index column = 0; column < n; ++column) at(column_of, at(row_of, column)) = column;
  return column_of;
}

AttractorMatch match_attractors(const Matrix<double>& before, const Matrix<double>& after, const MatchCost& unmatched) {
  const Index n = before.cols(), m = after.cols();
  require_parameter(n == 0 || m == 0 || before.rows() == after.rows(), "points",
                    fmt::format("{} and {}", before.rows(), after.rows()), "both sets must have one dimension");
  require_parameter(before.allFinite() && after.allFinite(), "points", "not finite", "all values must be finite");
  for (const auto& [name, cost] : {std::make_pair("death", unmatched.death), std::make_pair("birth", unmatched.birth)})
    require_parameter(std::isfinite(cost) && cost >= 0, name, fmt::format("{}", cost), "must be finite and 0 or more");
  // Every point of either set has a partner of its own kind, for staying unmatched; those partners go together for nothing.
  Matrix<double> cost = Matrix<double>::Zero(n + m, n + m);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < m; ++j) cost(i, j) = (before.col(i) - after.col(j)).norm();
  cost.topRightCorner(n, n).setConstant(unmatched.death);
  cost.bottomLeftCorner(m, m).setConstant(unmatched.birth);
  const auto column_of = optimal_assignment(cost);

  AttractorMatch match;
  std::vector<bool> taken(static_cast<std::size_t>(m), false);
  for (Index i = 0; i < n; ++i) {
    const Index j = column_of[static_cast<std::size_t>(i)];
    if (j >= m) {
      match.deaths.push_back(i);
      continue;
    }
    match.pairs.push_back({i, j, cost(i, j)});
    match.cost += cost(i, j);
    taken[static_cast<std::size_t>(j)] = true;
  }
  for (Index j = 0; j < m; ++j)
    if (!taken[static_cast<std::size_t>(j)]) match.births.push_back(j);
  match.cost += unmatched.death * static_cast<double>(match.deaths.size()) +
                unmatched.birth * static_cast<double>(match.births.size());
  return match;
}

}  // namespace stillpoint
