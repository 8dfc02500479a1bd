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
  const Index steps = rates.bins() - 1;
  const auto N = static_cast<double>(rates.neurons()), C = static_cast<double>(groups.size()),
             dt_s = rates.bin_ms / 1000;
  Session changes = rates, over_time = rates;
  for (std::size_t i = 0; i < rates.trials.size(); ++i) {
    changes.trials[i] = (rates.trials[i].rightCols(steps) - rates.trials[i].leftCols(steps)) / dt_s;
    over_time.trials[i] = rates.trials[i].rowwise().mean();
  }

  PopulationSpeed result{};
  result.squared_by_time = Vector<double>::Zero(steps);
  Vector<double> mean = Vector<double>::Zero(rates.neurons());
  double size = 0, own = 0,
         plain = 0;  // mean square of activity; of the means of conditions with themselves; of changes
  for (const auto& group : groups) {
    const Vector<double> centre = mean_over_trials(over_time, group.trials);
    result.squared_by_time += split_half_squares(changes, group.trials) / (N * C);
    plain += mean_over_trials(changes, group.trials).squaredNorm() / (N * C * static_cast<double>(steps));
    size += split_half_squares(rates, group.trials).mean() / (N * C);
    mean += centre / C;
    own += (split_half_squares(over_time, group.trials)(0) - centre.squaredNorm()) / (C * C);
  }
  result.squared = result.squared_by_time.mean();
  result.variance = size - (mean.squaredNorm() + own) / N;
  result.uncorrected = std::sqrt(plain);
  if (result.squared >= 0) result.speed = std::sqrt(result.squared);
  if (result.speed && result.variance > rounding * size) result.relative = *result.speed / std::sqrt(result.variance);
  return result;
}

}  // namespace stillpoint
