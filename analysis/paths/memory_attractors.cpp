#include "analysis/paths/memory_attractors.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/paths/cycles.hpp"
#include "analysis/points/newton.hpp"
#include "sim/blas.hpp"

namespace stillpoint {

namespace {

constexpr double near = 1e-2, same = 1e-4, arrived = 1e-6;  // of 1 + |x|
constexpr double on_cycle = 1e-2;                           // of its extent

double scale_of(const Vector<double>& x) { return 1 + x.norm(); }

std::optional<MemoryAttractor> fixed_point_at(const System& system, const Matrix<double>& path) {
  const Vector<double> end = path.rightCols(1);
  if (!end.allFinite()) return {};
  const auto root = find_root(system, end);
  if (!root) return {};
  const Vector<double> distances = (path.colwise() - *root).colwise().norm();
  const double distance = distances.tail(1)(0), before = distances(0);
  if (!(distances.tail(path.cols() / 2).maxCoeff() < near * scale_of(end))) return {};
  if (distance > arrived * scale_of(end) && distance > before / 2) return {};
  return MemoryAttractor{MemoryAttractor::Kind::fixed_point, *root, 0};
}

Cycle as_cycle(const Matrix<double>& path) { return {path, 0, {}, 0}; }

std::optional<MemoryAttractor> cycle_at(const Matrix<double>& path, double dt_ms) {
  const Index T = path.cols() - 1;
  const Vector<double> end = path.col(T);
  if (!end.allFinite()) return {};
  const Vector<double> distance = (path.colwise() - end).colwise().norm();
  if (distance.maxCoeff() < same * scale_of(end)) return {};  // at rest
  double extent = 0;
  for (Index back = 1; 2 * back + 1 <= T; ++back) {
    extent = std::max(extent, distance(T - back));
    // The nearest step of a return after the path has left.
    const double here = distance(T - back);
    if (here > extent / 2 || here > distance(T - back + 1) || here > distance(T - back - 1)) continue;
    const auto around = [&](Index t) { return as_cycle(path.middleCols(t - 1, 3)); };
    bool recurs = around(T - back).distance(end) < on_cycle * extent;
    for (Index k = 1; recurs && k <= 8; ++k) {
      const Index t = T - k * T / 16;
      recurs = around(std::max<Index>(1, t - back)).distance(path.col(t)) < on_cycle * extent;
    }
    if (!recurs) continue;
    // The share of a step by which the return falls short, from the squared distances about the nearest step.
    const double early = std::pow(distance(T - back - 1), 2), late = std::pow(distance(T - back + 1), 2);
    const double curvature = early - 2 * here * here + late;
    const double shift = curvature > 0 ? (late - early) / (2 * curvature) : 0;
    return MemoryAttractor{MemoryAttractor::Kind::cycle, path.rightCols(back + 2),
                           (static_cast<double>(back) + shift) * dt_ms};
  }
  return {};
}

}  // namespace

bool same_attractor(const MemoryAttractor& known, const MemoryAttractor& fresh) {
  if (known.kind != fresh.kind) return false;
  if (known.kind == MemoryAttractor::Kind::fixed_point)
    return (known.path - fresh.path).norm() < same * scale_of(known.path);
  const auto cycle = as_cycle(known.path);
  return cycle.distance(fresh.path.col(0)) < on_cycle * cycle.extent();
}

std::optional<MemoryAttractor> attractor_at(const System& system, const Matrix<double>& path, double step_ms) {
  const ProductsOnOneThread products;
  auto found = fixed_point_at(system, path);
  return found ? found : cycle_at(path, step_ms);
}

}  // namespace stillpoint
