#include "analysis/newton.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

namespace stillpoint {

namespace {

constexpr double pays = 0.25;         // |F| falls to this share: the same factorisation is worth another step
constexpr double smallest_step = 1e-3;
constexpr double longest_step = 3;    // root mean square over entries, relative to that of x where it is above 1

double relative(const Vector<double>& F, const Vector<double>& x) {
  return F.cwiseAbs().maxCoeff() / std::max(1.0, x.cwiseAbs().maxCoeff());
}

/// log prod_k (1/d_k^2 + 1) and its gradient.
struct Deflation {
  const std::vector<Vector<double>>& known;

  double log_factor(const Vector<double>& x) const {
    double sum = 0;
    for (const auto& root : known) sum += std::log1p(static_cast<double>(x.size()) / (x - root).squaredNorm());
    return sum;
  }
  /// Derivative of log_factor along `step`.
  double slope(const Vector<double>& x, const Vector<double>& step) const {
    const auto D = static_cast<double>(x.size());
    double sum = 0;
    for (const auto& root : known) {
      const double square = (x - root).squaredNorm();
      sum -= 2 * (x - root).dot(step) * D / (square * (square + D));
    }
    return sum;
  }
};

}  // namespace

double residual_of(const System& system, const Vector<double>& x) { return relative(system.velocity(x), x); }

std::optional<Vector<double>> find_root(const System& system, Vector<double> x, const std::vector<Vector<double>>& known,
                                        const NewtonSetting& setting) {
  const Deflation deflation{known};
  const double root_D = std::sqrt(static_cast<double>(x.size()));
  Vector<double> F = system.velocity(x);
  for (int iteration = 0; iteration < setting.iterations && F.allFinite(); ++iteration) {
    const Eigen::PartialPivLU<Matrix<double>> J(
        system.as() == System::As::flow
            ? system.jacobian(x)
            : system.jacobian(x) - Matrix<double>::Identity(x.size(), x.size()));  // of the velocity G(x) - x
    Vector<double> step = -J.solve(F);
    if (!step.allFinite()) return {};
    const double start_residual = relative(F, x);
    const bool near = start_residual < 1e-6;  // past this the factor is as good as constant
    if (!known.empty() && !near) step /= 1 - deflation.slope(x, step);

    double share = 1;
    if (setting.damped && !near) {
      const double longest = longest_step * std::max(root_D, x.norm());
      share = std::min(1.0, longest / step.norm());
      const double merit = std::log(F.norm()) + deflation.log_factor(x);
      for (;; share /= 2) {
        if (!(share > smallest_step * std::min(1.0, longest / step.norm()))) return {};
        const Vector<double> next = x + share * step;
        const double reached = std::log(system.velocity(next).col(0).norm()) + deflation.log_factor(next);
        if (reached <= merit + std::log1p(-1e-4 * share)) break;
      }
    }
    x += share * step;
    double before = F.norm();
    F = system.velocity(x);
    // Whole steps with the same factorisation as long as they pay; at the root until rounding is reached.
    while (share == 1 && known.empty() && F.norm() < pays * before && F.norm() > 0) {
      const Vector<double> next = x - J.solve(F);
      const Vector<double> F_next = system.velocity(next);
      if (!(F_next.norm() < pays * F.norm())) break;
      before = F.norm();
      x = next;
      F = F_next;
    }
    if (F.allFinite() && relative(F, x) <= setting.tolerance) return x;
  }
  return {};
}

}  // namespace stillpoint
