#include "analysis/learning/noise_spread.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "analysis/statistics/quantiles.hpp"

namespace stillpoint {

Vector<double> noise_spread(const Vector<double>& y) {
  const Index T = y.size();
  Vector<double> level(T), spread = Vector<double>::Zero(T);
  for (Index t = 0; t < T; ++t) {
    const Index from = std::max<Index>(0, t - 4), to = std::min(T, t + 5);
    level(t) = upper_median({y.data() + from, y.data() + to});
  }
  level.array() -= level.mean();
  std::vector<double> differences;
  for (Index t = 1; t + 1 < T; ++t) {
    spread(t) = std::abs(y(t + 1) - 2 * y(t) + y(t - 1));
    differences.push_back(spread(t));
  }
  const double least = 1e-3 * upper_median(differences);
  if (!(least > 1e-12)) return Vector<double>::Ones(T);  // no noise
  const Vector<double> log_spread = spread.segment(1, T - 2).cwiseMax(least).array().log(), x = level.segment(1, T - 2);
  const double square = (x.array() - x.mean()).square().sum();
  if (!(square > 0)) return Vector<double>::Ones(T);
  const double b = (x.array() - x.mean()).matrix().dot(log_spread) / square;
  const double residual = (log_spread.array() - log_spread.mean() - b * (x.array() - x.mean())).square().sum();
  if (std::abs(b) < 2 * std::sqrt(residual / static_cast<double>(T - 4) / square)) return Vector<double>::Ones(T);
  return (b * level.array()).exp();
}

}  // namespace stillpoint
