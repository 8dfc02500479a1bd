#include "analysis/points/newton.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/points/same_point.hpp"
#include "sim/blas.hpp"
#include "sim/linear_algebra.hpp"

namespace stillpoint {

namespace {

constexpr double reuse_below = 0.25;  // |F| falls to this share: the same factorisation is worth another step
constexpr double smallest_step = 1e-3;
constexpr double longest_step = 3;  // root mean square over entries, relative to that of x where it is above 1

double relative(const Vector<double>& F, const Vector<double>& x) { return F.cwiseAbs().maxCoeff() / magnitude_of(x); }

/// log prod_k (c/d_k^2 + 1) and its gradient.
struct Deflation {
  const std::vector<Vector<double>>& known;

  /// c D
  double reach(const Vector<double>& x) const {
    return static_cast<double>(x.size()) / static_cast<double>(std::max<std::size_t>(known.size(), 1));
  }
  double log_factor(const Vector<double>& x) const {
    const double D = reach(x);
    double sum = 0;
    for (const auto& root : known) sum += std::log1p(D / (x - root).squaredNorm());
    return sum;
  }
  /// Derivative of log_factor along `step`.
  double slope(const Vector<double>& x, const Vector<double>& step) const {
    const double D = reach(x);
    double sum = 0;
    for (const auto& root : known) {
      const double square = (x - root).squaredNorm();
      sum -= 2 * (x - root).dot(step) * D / (square * (square + D));
    }
    return sum;
  }
  bool knows(const Vector<double>& x) const {
    return std::any_of(known.begin(), known.end(), [&](const auto& root) { return same_point(root, x); });
  }
};

}  // namespace

Matrix<double> velocity_jacobian(const System& system, const Vector<double>& x) {
  Matrix<double> J = system.jacobian(x);
  if (system.as() == System::As::map) J.diagonal().array() -= 1;
  return J;
}

Velocity velocity_of(const System& system) {
  return {[&system](const Vector<double>& x) -> Vector<double> { return system.velocity(x); },
          [&system](const Vector<double>& x) { return velocity_jacobian(system, x); }};
}

Vector<double> descend(const System& system, Vector<double> x, double enough) {
  return descend(velocity_of(system), std::move(x), enough);
}

double residual_of(const System& system, const Vector<double>& x) { return relative(system.velocity(x), x); }

std::optional<Vector<double>> find_root(const System& system, Vector<double> x,
                                        const std::vector<Vector<double>>& known, const NewtonSetting& setting) {
  return find_root(velocity_of(system), std::move(x), known, setting);
}

Vector<double> descend(const Velocity& velocity, Vector<double> x, double enough) {
  const ProductsOnOneThread products;
  Vector<double> F = velocity.value(x);
  double damping = 1e-3;
  for (int iteration = 0; iteration < 100 && relative(F, x) > enough; ++iteration) {
    const auto J = velocity.jacobian(x);
    Matrix<double> normal = Matrix<double>::Zero(J.cols(), J.cols());
    normal.selfadjointView<Eigen::Lower>().rankUpdate(J.transpose());  // below the diagonal, which is all that is read
    const Vector<double> gradient = J.transpose() * F;
    const double before = F.norm();
    for (; damping < 1e8; damping *= 4) {
      Matrix<double> damped = normal;
      damped.diagonal().array() += damping;
      const Vector<double> next = x - solve_positive_definite(damped, gradient);
      const Vector<double> F_next = velocity.value(next);
      if (!(F_next.norm() < before)) continue;
      x = next;
      F = F_next;
      damping /= 16;
      break;
    }
    if (!(F.norm() < 0.99 * before)) break;
  }
  return x;
}

double residual_of(const Velocity& velocity, const Vector<double>& x) { return relative(velocity.value(x), x); }

std::optional<Vector<double>> find_root(const Velocity& velocity, Vector<double> x,
                                        const std::vector<Vector<double>>& known, const NewtonSetting& setting) {
  const ProductsOnOneThread products;
  const Deflation deflation{known};
  const double root_D = std::sqrt(static_cast<double>(x.size()));
  Vector<double> F = velocity.value(x);
  bool descended = false;
  for (int iteration = 0; iteration < setting.iterations && F.allFinite(); ++iteration) {
    const Matrix<double> slope = velocity.jacobian(x);
    const RefinedLU J(slope);
    Vector<double> step = -J.solve(F);
    // Along a continuum of roots there is a shortest step.
    if (!step.allFinite()) step = -least_squares_by_row(slope, F.transpose()).row(0).transpose();
    if (!step.allFinite()) return {};
    const double start_residual = relative(F, x);
    const bool near = start_residual < 1e-6;  // past this the factor is as good as constant
    if (!known.empty() && !near) step /= 1 - deflation.slope(x, step);

    double share = 1;
    if (setting.damped && !near) {
      const double longest = longest_step * std::max(root_D, x.norm());
      share = std::min(1.0, longest / step.norm());
      const double merit = std::log(F.norm()) + deflation.log_factor(x);
      const double smallest = smallest_step * share;
      bool falls = false;
      for (; share > smallest; share /= 2) {
        const Vector<double> next = x + share * step;
        const double reached = std::log(velocity.value(next).norm()) + deflation.log_factor(next);
        falls = reached <= merit + std::log1p(-1e-4 * share);
        if (falls) break;
      }
      if (!falls) {
        if (descended) return {};
        descended = true;
        x = descend(velocity, x, 1e-7);
        F = velocity.value(x);
        continue;
      }
    }
    x += share * step;
    double before = F.norm();
    F = velocity.value(x);
    // Whole steps with the same factorisation as long as they pay; at the root until rounding is reached.
    while (share == 1 && known.empty() && F.norm() < reuse_below * before && F.norm() > 0) {
      const Vector<double> next = x - J.solve(F);
      const Vector<double> F_next = velocity.value(next);
      if (!(F_next.norm() < reuse_below * F.norm())) break;
      before = F.norm();
      x = next;
      F = F_next;
    }
    if (F.allFinite() && relative(F, x) <= setting.tolerance)
      return deflation.knows(x) ? std::nullopt : std::optional<Vector<double>>(x);
  }
  return {};
}

}  // namespace stillpoint
