#include "analysis/activity/population_speed.hpp"

#include <cmath>

#include "analysis/activity/condition_groups.hpp"
#include "analysis/activity/smoothing.hpp"
#include "analysis/activity/split_halves.hpp"

namespace stillpoint {

namespace {

/// Squares below this part of the mean square are rounding errors of activity that stays where it is.
constexpr double rounding = 1e-12;

}  // namespace

PopulationSpeed population_speed(const Session& session, const Window& window, Signal signal, Index smooth_bins) {
  const auto rates = rates_in(session, window, signal, smooth_bins, 2);
  const auto groups = condition_groups(rates, 2);
  const Index T = rates.bins();
  const auto N = static_cast<double>(rates.neurons()), C = static_cast<double>(groups.size()),
             bins = static_cast<double>(T), dt_s = rates.bin_ms / 1000;

  Matrix<double> products = Matrix<double>::Zero(T, T);  // mean over conditions
  Vector<double> mean = Vector<double>::Zero(rates.neurons());
  double own = 0, plain = 0;  // of means over time: products of a condition with itself; of differences: plain squares
  for (const auto& group : groups) {
    const auto split = split_mean(rates, group.trials);
    const Vector<double> over_time = split.mean.rowwise().mean();
    products += split.products / C;
    mean += over_time / C;
    own += (split.products.mean() - over_time.squaredNorm()) / (C * C);
    plain += (split.mean.rightCols(T - 1) - split.mean.leftCols(T - 1)).squaredNorm() / (N * C * (bins - 1));
  }
  const double size = products.trace() / bins / N;

  PopulationSpeed result;
  const Vector<double> squares = products.diagonal(), next = products.diagonal(1);
  result.squared_by_time = (squares.head(T - 1) + squares.tail(T - 1) - 2 * next) / (N * dt_s * dt_s);
  result.squared = result.squared_by_time.mean();
  result.variance = size - (mean.squaredNorm() + own) / N;
  result.uncorrected = std::sqrt(plain) / dt_s;
  if (result.squared >= 0) result.speed = std::sqrt(result.squared);
  if (result.speed && result.variance > rounding * size) result.relative = *result.speed / std::sqrt(result.variance);
  return result;
}

}  // namespace stillpoint
