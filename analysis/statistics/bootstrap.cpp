#include "analysis/statistics/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/look_aside.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t resamples = 10000;
constexpr double tail = 0.025;             // on each side of a 95 % interval
constexpr std::size_t most_at_once = 256;  // statistics whose values are in memory

}  // namespace

Interval percentile_interval(std::size_t runs, const ResampledStatistic& statistic) {
  return percentile_intervals(runs, {statistic}).front();
}

std::vector<Interval> percentile_intervals(std::size_t runs, const std::vector<ResampledStatistic>& statistics) {
  std::vector<Interval> intervals;
  for (std::size_t first = 0; first < statistics.size(); first += most_at_once) {
    const auto several = std::min(most_at_once, statistics.size() - first);
    Stream stream(0, Purpose::bootstrap);
    std::vector<std::vector<double>> values(several, std::vector<double>(resamples));
    std::vector<int> counts(runs);
    for (std::size_t resample = 0; resample < resamples; ++resample) {
      look_aside();
      std::fill(counts.begin(), counts.end(), 0);
      for (std::size_t draw = 0; draw < runs; ++draw)
        ++counts[static_cast<std::size_t>(stream.below(static_cast<Index>(runs)))];
      for (std::size_t i = 0; i < several; ++i) values[i][resample] = statistics[first + i](counts);
    }
    const auto rank = static_cast<std::size_t>(tail * (resamples + 1));
    for (auto& own : values) {
      std::sort(own.begin(), own.end());
      intervals.push_back({own[rank - 1], own[resamples - rank]});
    }
  }
  return intervals;
}

std::vector<Interval> percentile_band(const Matrix<double>& rows) {
  constexpr Index draws = 2000, at_once = 100;  // weights of so many draws are in memory
  Stream stream(0, Purpose::bootstrap);
  Matrix<double> means(draws, rows.cols()), weights(at_once, rows.rows());
  for (Index first = 0; first < draws; first += at_once) {
    weights.setZero();
    for (Index draw = 0; draw < at_once; ++draw)
      for (Index i = 0; i < rows.rows(); ++i) ++weights(draw, stream.below(rows.rows()));
    means.middleRows(first, at_once) = weights * rows / static_cast<double>(rows.rows());
  }
  std::vector<Interval> band;
  const auto rank = static_cast<Index>(tail * (draws + 1));
  for (auto column : means.colwise()) {
    std::sort(column.begin(), column.end());
    band.push_back({column(rank - 1), column(draws - rank)});
  }
  return band;
}

std::optional<Estimate> mean_estimate(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  const double count = static_cast<double>(values.size());
  Estimate estimate{std::accumulate(values.begin(), values.end(), 0.0) / count};
  if (values.size() > 1)
    estimate.interval = percentile_interval(values.size(), [&](const std::vector<int>& counts) {
      return std::inner_product(values.begin(), values.end(), counts.begin(), 0.0) / count;
    });
  return estimate;
}

std::optional<IntervalEstimate> studentised_mean(const std::vector<double>& values) {
  if (values.size() < 3) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  Stream stream(0, Purpose::bootstrap);
  const auto error_of = [n](double sum, double squares) {
    return std::sqrt(std::max(0.0, squares - sum * sum / n) / (n - 1) / n);
  };
  double own_squares = 0;
  for (const double value : values) own_squares += (value - mean) * (value - mean);
  const double error = error_of(0, own_squares);
  if (error == 0) return IntervalEstimate{mean, mean, mean};
  std::vector<double> studentised;
  while (studentised.size() < resamples) {
    double sum = 0, squares = 0;  // about the mean
    for (std::size_t draw = 0; draw < values.size(); ++draw) {
      const double away = values[static_cast<std::size_t>(stream.below(static_cast<Index>(values.size())))] - mean;
      sum += away;
      squares += away * away;
    }
    const double resampled = error_of(sum, squares);
    if (resampled > 1e-7 * error) studentised.push_back(sum / n / resampled);  // not n copies of one value
  }
  std::sort(studentised.begin(), studentised.end());
  const auto rank = static_cast<std::size_t>(tail * (resamples + 1));
  return IntervalEstimate{mean, mean - studentised[resamples - rank] * error, mean - studentised[rank - 1] * error};
}

IntervalEstimate mirrored_interval(double value, std::vector<double> errors, double level) {
  if (errors.empty()) return {value, value, value};
  std::sort(errors.begin(), errors.end());
  // Outward, so that the share of errors beyond either end is at most (1 - level) / 2.
  const auto beyond = static_cast<std::size_t>((1 - level) / 2 * static_cast<double>(errors.size()));
  return {value, value - errors[errors.size() - 1 - beyond], value - errors[beyond]};
}

}  // namespace stillpoint
