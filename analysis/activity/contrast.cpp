#include "analysis/activity/contrast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/statistics/intervals.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

bool MeanWithError::interval_holds_zero() const {
  if (standard_error == 0) return value == 0;
  const auto interval = student_interval(value, standard_error, degrees_of_freedom);
  return interval.low <= 0 && interval.high >= 0;
}

Contrast::Contrast(std::vector<const Session*> sessions) : sessions_(std::move(sessions)) {
  for (const auto* session : sessions_) {
    groups_.push_back(condition_groups(*session, 2));
    require_parameter(session->neurons() == sessions_.front()->neurons(), "neurons",
                      fmt::format("{}", session->neurons()),
                      fmt::format("must be those of the other recording, {}", sessions_.front()->neurons()));
    const double apart = (session->start_ms - sessions_.front()->start_ms) / session->bin_ms;
    require_parameter(session->bin_ms == sessions_.front()->bin_ms && std::abs(apart - std::round(apart)) < 1e-6,
                      "bin_ms", fmt::format("{:g} from {:g}", session->bin_ms, session->start_ms),
                      fmt::format("must be the bins of the other recording, {:g} from {:g}", sessions_.front()->bin_ms,
                                  sessions_.front()->start_ms));
  }
  const auto shared = [&](const ConditionGroup& group) {
    return std::all_of(groups_.begin(), groups_.end(), [&](const auto& of_session) {
      return std::any_of(of_session.begin(), of_session.end(),
                         [&](const ConditionGroup& other) { return other.condition == group.condition; });
    });
  };
  std::vector<ConditionGroup> kept;
  std::copy_if(groups_.front().begin(), groups_.front().end(), std::back_inserter(kept), shared);
  require_parameter(!kept.empty(), "trials", fmt::format("{}", sessions_.front()->trials.size()),
                    "no condition has two trials in each of the recordings that are compared");
  for (auto& of_session : groups_) {
    std::vector<ConditionGroup> same;
    for (const auto& group : kept)
      same.push_back(*std::find_if(of_session.begin(), of_session.end(),
                                   [&](const ConditionGroup& other) { return other.condition == group.condition; }));
    of_session = std::move(same);
  }
  weight_.resize(static_cast<Index>(kept.size()));
  for (std::size_t g = 0; g < kept.size(); ++g)
    weight_(static_cast<Index>(g)) = static_cast<double>(kept[g].trials.size());
  weight_ /= weight_.sum();
}

Contrast::Values Contrast::running_means(const std::vector<Index>& cells, const Window& window, Index width) const {
  require_parameter(!cells.empty(), "cells", "none", "at least one must have been recorded");
  for (const Index cell : cells)
    require_parameter(cell >= 0 && cell < sessions_.front()->neurons(), "cells", fmt::format("{}", cell),
                      fmt::format("{} neurons were recorded, counted from 0", sessions_.front()->neurons()));
  Values values(sessions_.size());
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    const auto bins = bins_of(*sessions_[s], window, width);
    for (const auto& group : groups_[s]) {
      Matrix<double> means(static_cast<Index>(group.trials.size()), bins.count - width + 1);
      for (Index k = 0; k < means.rows(); ++k) {
        const auto& trial = sessions_[s]->trials[static_cast<std::size_t>(group.trials[static_cast<std::size_t>(k)])];
        Vector<double> population = Vector<double>::Zero(bins.count);
        for (const Index cell : cells) population += trial.row(cell).segment(bins.first, bins.count).transpose();
        population /= static_cast<double>(cells.size());
        for (Index t = 0; t < means.cols(); ++t) means(k, t) = population.segment(t, width).mean();
      }
      values[s].push_back(std::move(means));
    }
  }
  return values;
}

Contrast::Values Contrast::means(const std::vector<Index>& cells, const Window& window) const {
  return running_means(cells, window, bins_of(*sessions_.front(), window).count);
}

Vector<double> Contrast::of_neurons(const Coefficients& coefficients, const Window& window) const {
  Vector<double> sum = Vector<double>::Zero(sessions_.front()->neurons());
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    const auto bins = bins_of(*sessions_[s], window);
    for (std::size_t g = 0; g < groups_[s].size(); ++g)
      for (const Index k : groups_[s][g].trials)
        sum += coefficients[s] * weight_(static_cast<Index>(g)) / static_cast<double>(groups_[s][g].trials.size()) *
               sessions_[s]->trials[static_cast<std::size_t>(k)].middleCols(bins.first, bins.count).rowwise().mean();
  }
  return sum;
}

namespace {

/// The rows that `means` takes the mean of.
template <class Means>
Vector<double> combined(const Contrast::Coefficients& coefficients, const Contrast::Values& values,
                        const Vector<double>& weight, Means&& means) {
  Vector<double> sum = Vector<double>::Zero(values.front().front().cols());
  for (std::size_t s = 0; s < values.size(); ++s)
    for (std::size_t g = 0; g < values[s].size(); ++g)
      sum += coefficients[s] * weight(static_cast<Index>(g)) * means(values[s][g]);
  return sum;
}

Vector<double> mean_of_rows(const Matrix<double>& values) { return values.colwise().mean().transpose(); }

}  // namespace

Vector<double> Contrast::of(const Coefficients& coefficients, const Values& values) const {
  return combined(coefficients, values, weight_, mean_of_rows);
}

Vector<double> Contrast::of_half(const Coefficients& coefficients, const Values& values, Index half) const {
  return combined(coefficients, values, weight_, [half](const Matrix<double>& all) {
    return mean_of_rows(all(Eigen::seq(half, Eigen::last, 2), Eigen::all));
  });
}

MeanWithError Contrast::with_error(const Coefficients& coefficients, const Values& values, Index time) const {
  double value = 0, variance = 0, spread = 0, degrees = 0;
  for (std::size_t s = 0; s < values.size(); ++s)
    for (std::size_t g = 0; g < values[s].size(); ++g) {
      const Vector<double> x = coefficients[s] * weight_(static_cast<Index>(g)) * values[s][g].col(time);
      const double n = static_cast<double>(x.size()), part = (x.array() - x.mean()).square().sum() / (n * (n - 1));
      value += x.mean();
      variance += part;
      spread += part * part / (n - 1);
      degrees += n - 1;
    }
  return {value, std::sqrt(variance), spread > 0 ? variance * variance / spread : degrees};
}

MeanWithError Contrast::ratio(const Coefficients& numerator, const Values& above, const Coefficients& denominator,
                              const Values& below) const {
  const auto bottom = with_error(denominator, below);
  if (bottom.interval_holds_zero()) return {std::numeric_limits<double>::quiet_NaN(), 0, 0};
  const double ratio = with_error(numerator, above).value / bottom.value;
  // What a trial adds to the numerator, less the ratio times what it adds to the denominator
  Values left = above;
  for (std::size_t s = 0; s < left.size(); ++s)
    for (std::size_t g = 0; g < left[s].size(); ++g)
      left[s][g] = (numerator[s] * above[s][g] - ratio * denominator[s] * below[s][g]) / bottom.value;
  const auto error = with_error(Coefficients(left.size(), 1.0), left);
  return {ratio, error.standard_error, error.degrees_of_freedom};
}

}  // namespace stillpoint
