#include "analysis/learning/decay.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <unsupported/Eigen/NonLinearOptimization>
#include <unsupported/Eigen/NumericalDiff>

namespace stillpoint {

namespace {

/// log L without its level a, from logarithms of positive parameters; t runs from 0 to 1.
using Shape = std::function<Vector<double>(const Vector<double>& t, const Vector<double>& p)>;

struct Family {
  std::string name;
  std::vector<std::vector<double>> grid;  // one list per logarithm
  Shape shape;
};

const std::vector<double> times = {-5, -3.5, -2.5, -1.5, -0.5, 1}, floors = {-8, -5, -3, -1.5, 0},
                          powers = {-1.5, -0.5, 0.5, 1.5};

const std::vector<Family>& families() {
  static const std::vector<Family> all = {
      {"constant", {}, [](const auto& t, const auto&) { return Vector<double>(Vector<double>::Zero(t.size())); }},
      {"exponential",
       {{-3, -1, 1, 3, 5}},
       [](const auto& t, const auto& p) { return Vector<double>(-t * std::exp(-p(0))); }},
      {"exponential to floor",
       {times, floors},
       [](const auto& t, const auto& p) {
         return Vector<double>(((-t.array() * std::exp(-p(0))).exp() + std::exp(p(1))).log());
       }},
      {"two exponentials",
       {times, times, {-4, -2.5, -1, 0}},
       [](const auto& t, const auto& p) {
         return Vector<double>(
             ((-t.array() * std::exp(-p(0))).exp() + std::exp(p(2)) * (-t.array() * std::exp(-p(1))).exp()).log());
       }},
      {"power law",
       {times, powers},
       [](const auto& t, const auto& p) {
         return Vector<double>(-std::exp(p(1)) * (t.array() * std::exp(-p(0))).log1p());
       }},
      {"power law to floor", {times, powers, floors}, [](const auto& t, const auto& p) {
         return Vector<double>(
             ((-std::exp(p(1)) * (t.array() * std::exp(-p(0))).log1p()).exp() + std::exp(p(2))).log());
       }}};
  return all;
}

/// Innovations of what the shape leaves, its level taken out.
struct Residuals {
  using Scalar = double;
  using InputType = Vector<double>;
  using ValueType = Vector<double>;
  using JacobianType = Matrix<double>;
  enum { InputsAtCompileTime = Eigen::Dynamic, ValuesAtCompileTime = Eigen::Dynamic };

  const Family& family;
  const Vector<double>&y, scale;
  const Vector<double> t;
  double rho;

  double weighted_mean(const Vector<double>& innovation) const {
    const Vector<double> weight = scale.tail(innovation.size()).array().square().inverse();
    return innovation.dot(weight) / weight.sum();
  }
  int inputs() const { return static_cast<int>(family.grid.size()); }
  int values() const { return static_cast<int>(y.size()) - 1; }
  /// Logarithms stay where exponentials are finite.
  static Vector<double> held(const Vector<double>& p) { return p.cwiseMax(-30).cwiseMin(12); }
  int operator()(const Vector<double>& p, Vector<double>& left) const {
    left = innovations(y - family.shape(t, held(p)), rho);
    left = (left.array() - weighted_mean(left)).matrix().cwiseQuotient(scale.tail(left.size()));
    if (!left.allFinite()) left.setConstant(1e100);
    return 0;
  }
};

/// The best point of the grid.
Vector<double> best_start(const Residuals& residuals) {
  Vector<double> best = Vector<double>::Zero(residuals.inputs()), p = best, left;
  double least = std::numeric_limits<double>::infinity();
  const std::function<void(std::size_t)> visit = [&](std::size_t axis) {
    if (axis < residuals.family.grid.size()) {
      for (const double value : residuals.family.grid[axis]) {
        p(static_cast<Index>(axis)) = value;
        visit(axis + 1);
      }
      return;
    }
    residuals(p, left);
    if (left.squaredNorm() < least) {
      least = left.squaredNorm();
      best = p;
    }
  };
  visit(0);
  return best;
}

Decay fit(const Family& family, const Vector<double>& time, const Vector<double>& y, const Vector<double>& scale,
          double least_rho) {
  Residuals residuals{family, y, scale, (time.array() - time(0)) / (time(time.size() - 1) - time(0)),
                      std::max(0.0, least_rho)};
  Vector<double> p = best_start(residuals), left;
  Decay decay{family.name, static_cast<int>(family.grid.size()) + 1, {}, 0, 0};
  for (int round = 0; round < 8; ++round) {
    if (residuals.inputs() > 0) {
      Eigen::NumericalDiff<Residuals> differentiable(residuals);
      Eigen::LevenbergMarquardt<Eigen::NumericalDiff<Residuals>> descent(differentiable);
      descent.parameters.maxfev = 200;
      descent.parameters.ftol = 1e-9;
      descent.parameters.xtol = 1e-9;
      descent.minimize(p);
      p = Residuals::held(p);
    }
    residuals(p, left);
    const Vector<double> shape = family.shape(residuals.t, p);
    decay.mean = shape.array() + residuals.weighted_mean(innovations(y - shape, residuals.rho)) / (1 - residuals.rho);
    decay.rho = residuals.rho;
    decay.residual = left.squaredNorm();
    const double rho = std::max(least_rho, estimate_rho(y - decay.mean, scale));
    if (std::abs(rho - residuals.rho) < 1e-3) break;
    residuals.rho = rho;
  }
  return decay;
}

}  // namespace

std::vector<Decay> fit_decays(const Vector<double>& time, const Vector<double>& log_loss, const Vector<double>& scale,
                              double least_rho) {
  std::vector<Decay> decays;
  for (const auto& family : families()) decays.push_back(fit(family, time, log_loss, scale, least_rho));
  return decays;
}

}  // namespace stillpoint
