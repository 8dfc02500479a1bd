#include "analysis/learning/falling_line.hpp"

#include <cmath>

#include "analysis/learning/autoregression.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

/// A level, or a straight line, with its own rho. The first value counts as drawn from the stationary law (Prais &
/// Winsten): what is given the first value for nothing takes a decay for noise that returns to its mean.
struct Straight {
  Vector<double> left;  // without the line
  double slope = 0, rho = 0, deviance = 0;
};
Straight fit_straight(const Vector<double>& y, bool sloped) {
  const Index T = y.size();
  Matrix<double> design(T, sloped ? 2 : 1);
  design.col(0).setOnes();
  if (sloped) design.col(1) = Vector<double>::LinSpaced(T, -1, 1);
  const auto whitened = [](const auto& values, double rho) {
    Matrix<double> white = values;
    white.topRows(1) *= std::sqrt(1 - rho * rho);
    white.bottomRows(values.rows() - 1) -= rho * values.topRows(values.rows() - 1);
    return white;
  };
  Straight fit;
  for (int round = 0; round < 8; ++round) {
    const Matrix<double> columns = whitened(design, fit.rho), normal = columns.transpose() * columns;
    const Vector<double> found = solve_positive_definite(normal, columns.transpose() * whitened(y, fit.rho));
    fit.slope = sloped ? found(1) : 0;
    fit.left = y - design * found;
    const double residual = whitened(fit.left, fit.rho).squaredNorm();
    fit.deviance = static_cast<double>(T) * std::log(residual + 1e-300) - std::log(1 - fit.rho * fit.rho);
    const double rho = estimate_rho(fit.left);
    if (std::abs(rho - fit.rho) < 1e-3) break;
    fit.rho = rho;
  }
  return fit;
}

/// How much better a falling line is than a level, twice the logarithm of their likelihoods' ratio; 0 for one that
/// rises.
double gain_of_falling(const Vector<double>& y) {
  const auto line = fit_straight(y, true);
  return line.slope < 0 ? fit_straight(y, false).deviance - line.deviance : 0;
}

}  // namespace

double falling_p(const Vector<double>& y, std::uint64_t seed) {
  constexpr int resamples = 199;
  const auto level = fit_straight(y, false);
  Vector<double> e = innovations(level.left, level.rho);
  e.array() -= e.mean();
  e *= std::sqrt(static_cast<double>(e.size()) /
                 static_cast<double>(e.size() - 2));  // as before mean and rho were fitted
  const double rho = without_bias(level.rho, 1, y.size()), gain = gain_of_falling(y);
  if (gain <= 0) return 1;
  int as_much = 1;
  for (int b = 0; b < resamples; ++b) {
    look_aside();
    Stream stream(seed, Purpose::permutation, 0, static_cast<std::uint64_t>(b));
    as_much += gain_of_falling(resampled_noise(e, rho, Vector<double>::Ones(y.size()), stream)) >= gain;
  }
  return static_cast<double>(as_much) / (resamples + 1);
}

}  // namespace stillpoint
