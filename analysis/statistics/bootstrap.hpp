// Intervals by resampling (Efron 1979, doi:10.1214/aos/1176344552; Efron & Tibshirani 1993).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

/// Percentile interval of `statistic(counts)`, where counts[i] says how often run i was drawn: runs are resampled 10000
/// times from one fixed random stream, so that the same runs have the same interval. Infinite values are allowed. Below
/// some 10 runs it is too narrow, and where all values are equal it has no width.
Interval percentile_interval(std::size_t runs, const std::function<double(const std::vector<int>& counts)>& statistic);

/// Mean with its percentile interval (absent for fewer than two values), in the unit of `values`, which must be finite;
/// absent when there are none.
std::optional<Estimate> mean_estimate(const std::vector<double>& values);

/// Mean of independent values of any law, skewed ones too, with its studentised interval.
std::optional<IntervalEstimate> studentised_mean(const std::vector<double>& values);

/// Interval from the errors that repeats of the estimate made around it (the basic bootstrap: its quantiles, mirrored).
/// Without errors it has no width.
IntervalEstimate mirrored_interval(double value, std::vector<double> errors, double level);

}  // namespace stillpoint
