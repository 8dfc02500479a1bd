#include "analysis/points/continua.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>

#include "analysis/points/same_point.hpp"
#include "sim/linear_algebra.hpp"

namespace stillpoint {

namespace {

constexpr double solved = 1e-12;  // residual
constexpr double null_below = 1e-5, step = 3e-2;
constexpr double remains = 0.3;  // of the step: a direction of the continuum
constexpr double bends = 0.35;   // of the distance between two points: how far from half way their continuum passes
constexpr Index most_failures = 8;
constexpr std::ptrdiff_t neighbours = 16;

/// The solution near x, or nothing where the way there stalls.
std::optional<Vector<double>> solution_near(const Velocity& velocity, Vector<double> x) {
  const Index D = x.size();
  for (int iteration = 0; iteration < 60 && x.allFinite(); ++iteration) {
    const Vector<double> F = velocity.value(x);
    if (residual_of(velocity, x) <= solved) return x;
    Matrix<double> damped(2 * D, D), wanted = Matrix<double>::Zero(1, 2 * D);
    damped << velocity.jacobian(x), F.norm() * Matrix<double>::Identity(D, D);
    wanted.leftCols(D) = -F.transpose();
    x += least_squares_by_row(damped, wanted).row(0).transpose();
  }
  return {};
}

constexpr int halvings = 8;
bool connected(const Velocity& velocity, const Vector<double>& a, const Vector<double>& b, int depth) {
  const double distance = (b - a).norm();
  const Vector<double> half_way = (a + b) / 2;
  const auto between = solution_near(velocity, half_way);
  if (!between || !((*between - half_way).norm() <= bends * distance)) return false;
  if (depth == 0 || distance <= step * magnitude_of(a)) return true;
  return connected(velocity, a, *between, depth - 1) && connected(velocity, *between, b, depth - 1);
}

/// Orthonormal columns, none for most points.
Matrix<double> null_directions(const Matrix<double>& J) {
  // Cheaper, for most points: the smallest singular value is at least 1 / (sqrt(D) |J^-1|_1), here estimated.
  const double norm = J.cwiseAbs().colwise().sum().maxCoeff(), root_D = std::sqrt(static_cast<double>(J.rows()));
  if (LU(J).reciprocal_condition() * norm / root_D > 10 * null_below * std::max(1.0, root_D * norm)) return {};
  const auto spread = symmetric_eigen_decomposition_of(J.transpose() * J);
  const double border = std::pow(null_below, 2) * std::max(1.0, spread.values.maxCoeff());
  return spread.vectors.leftCols((spread.values.array() <= border).count());
}

Index dimension_at(const Velocity& velocity, const Vector<double>& x, const Matrix<double>& directions) {
  const double length = step * magnitude_of(x);
  Matrix<double> moved = Matrix<double>::Zero(x.size(), 2 * directions.cols());
  for (Index i = 0; i < moved.cols(); ++i) {
    const Vector<double> aside = x + (i % 2 == 0 ? length : -length) * directions.col(i / 2);
    const auto back = solution_near(velocity, aside);
    if (back && connected(velocity, x, *back, 0)) moved.col(i) = *back - x;
  }
  return (singular_values_of(moved).array() > remains * length).count();
}

/// F is 0 to the solver's accuracy on the way from a to b: two ends of the search at one degenerate point.
bool unresolved(const Velocity& velocity, const Vector<double>& a, const Vector<double>& b) {
  for (const double share : {0.25, 0.5, 0.75})
    if (!(residual_of(velocity, a + share * (b - a)) <= solved)) return false;
  return (b - a).norm() <= step * magnitude_of(a);
}

struct Link {
  double distance;
  std::size_t first, second;
  bool operator<(const Link& other) const {
    return std::tie(distance, first, second) < std::tie(other.distance, other.first, other.second);
  }
};

class Groups {
 public:
  explicit Groups(std::size_t count) : root_(count) { std::iota(root_.begin(), root_.end(), std::size_t{0}); }
  std::size_t of(std::size_t i) const { return root_[i] == i ? i : of(root_[i]); }
  void join(std::size_t i, std::size_t j) { root_[std::max(of(i), of(j))] = std::min(of(i), of(j)); }

 private:
  std::vector<std::size_t> root_;
};

}  // namespace

bool connected(const Velocity& velocity, const Vector<double>& a, const Vector<double>& b) {
  return connected(velocity, a, b, halvings);
}

std::vector<PointGroup> group_points(const Velocity& velocity, const std::vector<Vector<double>>& points) {
  const std::size_t count = points.size();
  std::vector<Index> dimension(count, 0);
  std::vector<std::size_t> degenerate;  // and those on a continuum
  for (std::size_t i = 0; i < count; ++i) {
    const auto directions = null_directions(velocity.jacobian(points[i]));
    if (directions.cols() == 0) continue;
    degenerate.push_back(i);
    dimension[i] = dimension_at(velocity, points[i], directions);
  }

  Groups groups(count);
  std::vector<Index> failures(count, 0);
  const auto join = [&](std::vector<Link> links) {
    std::sort(links.begin(), links.end());  // the nearest first, so that each is asked for near neighbours only
    for (const auto& [distance, i, j] : links) {
      if (groups.of(i) == groups.of(j) || std::min(failures[i], failures[j]) >= most_failures) continue;
      const bool one =
          dimension[i] == 0 ? unresolved(velocity, points[i], points[j]) : connected(velocity, points[i], points[j]);
      if (one) {
        groups.join(i, j);
      } else {
        ++failures[i];
        ++failures[j];
      }
    }
  };
  // Neighbours, then groups of neighbours that lie apart from each other.
  std::vector<Link> links;
  for (const auto i : degenerate) {
    std::vector<Link> to;
    for (const auto j : degenerate)
      if (j != i && dimension[i] == dimension[j]) to.push_back({(points[i] - points[j]).norm(), i, j});
    std::sort(to.begin(), to.end());
    links.insert(links.end(), to.begin(), to.begin() + std::min(neighbours, static_cast<std::ptrdiff_t>(to.size())));
  }
  join(std::move(links));
  std::map<std::pair<std::size_t, std::size_t>, Link> nearest_pairs;
  for (const auto i : degenerate)
    for (const auto j : degenerate) {
      if (groups.of(i) >= groups.of(j) || dimension[i] != dimension[j]) continue;
      const Link link{(points[i] - points[j]).norm(), i, j};
      const auto [known, fresh] = nearest_pairs.insert({{groups.of(i), groups.of(j)}, link});
      if (!fresh && link < known->second) known->second = link;
    }
  links.clear();
  for (const auto& each : nearest_pairs) links.push_back(each.second);
  failures.assign(count, 0);
  join(std::move(links));

  // What is left may stand at the end of a continuum, where J jumps.
  std::map<std::size_t, Index> known;  // continua, by their root
  for (std::size_t i = 0; i < count; ++i)
    if (dimension[i] > 0) known[groups.of(i)] = dimension[i];
  std::vector<PointGroup> result;
  std::map<std::size_t, std::size_t> place;
  for (std::size_t i = 0; i < count; ++i) {
    auto root = groups.of(i);
    for (const auto& continuum : known) {
      if (dimension[i] > 0) break;
      std::size_t nearest = continuum.first;
      for (std::size_t j = 0; j < count; ++j)
        if (dimension[j] > 0 && groups.of(j) == continuum.first &&
            (points[j] - points[i]).norm() < (points[nearest] - points[i]).norm())
          nearest = j;
      if (!connected(velocity, points[i], points[nearest])) continue;
      root = continuum.first;
      break;
    }
    const auto [at, fresh] = place.insert({root, result.size()});
    if (fresh) result.push_back({{}, known.count(root) > 0 ? known[root] : 0});
    result[at->second].members.push_back(i);
  }
  return result;
}

}  // namespace stillpoint
