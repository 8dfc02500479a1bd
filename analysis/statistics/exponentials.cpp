#include "analysis/statistics/exponentials.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <utility>

namespace stillpoint {

namespace {

constexpr double shortest = 0.25, least_ratio = 1.5, tolerance = 1e-4;  // the last of log tau
constexpr Index grid_points = 24;

struct Range {
  double low, high;  // of log tau
  double step() const { return (high - low) / (grid_points - 1); }
};
Range range_of(const WeightedPoints& points) { return {std::log(shortest), std::log(points.x.tail(1)(0))}; }

/// With these tau; not found where an amplitude is not positive.
ExponentialSum nearest(const WeightedPoints& points, const Vector<double>& tau) {
  const Index K = tau.size();
  Matrix<double> basis(points.x.size(), K + 1);
  for (Index k = 0; k < K; ++k) basis.col(k) = (-points.x.array() / tau(k)).exp();
  basis.col(K).setOnes();
  const Matrix<double> weighted = basis.transpose() * points.weight.asDiagonal();
  const Vector<double> solution = (weighted * basis).ldlt().solve(weighted * points.value);
  ExponentialSum sum{tau, solution.head(K), solution(K)};
  if (solution.allFinite() && (K == 0 || sum.amplitude.minCoeff() > 0)) sum.misfit = sum.misfit_to(points);
  return sum;
}

/// The best so far, by log tau.
struct Search {
  const WeightedPoints& points;
  Range range;
  ExponentialSum best;

  bool better(const Vector<double>& log_tau) {
    const Index K = log_tau.size();
    if (log_tau(0) < range.low || log_tau(K - 1) > range.high) return false;
    if (K == 2 && log_tau(1) < log_tau(0) + std::log(least_ratio)) return false;
    auto tried = nearest(points, log_tau.array().exp());
    if (!(tried.misfit < best.misfit)) return false;
    best = std::move(tried);
    return true;
  }
};

}  // namespace

Vector<double> ExponentialSum::at(const Vector<double>& x) const {
  Vector<double> value = Vector<double>::Constant(x.size(), constant);
  for (Index k = 0; k < tau.size(); ++k) value.array() += amplitude(k) * (-x.array() / tau(k)).exp();
  return value;
}

double ExponentialSum::misfit_to(const WeightedPoints& points) const {
  return points.weight.dot((points.value - at(points.x)).cwiseAbs2());
}

bool ExponentialSum::inside(const WeightedPoints& points) const {
  const auto range = range_of(points);
  return found() && std::log(tau(0)) > range.low + 10 * tolerance &&
         std::log(tau(tau.size() - 1)) < range.high - 10 * tolerance;
}

ExponentialSum fit_exponentials(const WeightedPoints& points, int terms) {
  if (terms == 0) return nearest(points, {});
  Search search{points, range_of(points), {}};
  const Vector<double> grid = Vector<double>::LinSpaced(grid_points, search.range.low, search.range.high);
  Vector<double> log_tau(terms);
  for (const double first : grid) {
    log_tau(0) = first;
    if (terms == 1) search.better(log_tau);
    for (Index j = 0; terms == 2 && j < grid_points; ++j) {
      log_tau(1) = grid(j);
      search.better(log_tau);
    }
  }
  // To the best neighbour, at shorter and shorter steps
  for (double step = search.range.step() / 2; search.best.found() && step > tolerance; step /= 2)
    for (bool moved = true; moved;) {
      moved = false;
      const Vector<double> from = search.best.tau.array().log();
      for (const double dx : {-step, 0., step})
        for (const double dy : {-step, 0., step}) {
          if (terms == 1 && dy != 0) continue;
          log_tau = from;
          log_tau(0) += dx;
          log_tau(terms - 1) += dy;
          moved |= search.better(log_tau);
        }
    }
  return search.best;
}

}  // namespace stillpoint
