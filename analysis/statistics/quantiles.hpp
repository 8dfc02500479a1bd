// Quantiles of samples.
#pragma once

#include <vector>

namespace stillpoint {

/// Of sorted values, interpolated between the two nearest: `share` 0 is the first, 1 the last. The last or first values may
/// be infinite. NaN without values.
double quantile(const std::vector<double>& sorted, double share);

/// The middle value, or half way between the middle two. NaN without values.
double median(std::vector<double> values);

/// The middle value, or the larger of the middle two. Throws std::invalid_argument without values.
double upper_median(std::vector<double> values);

/// The value below which that share of the others lies, without interpolation; reorders `values`, one or more.
double nearest_quantile(std::vector<double>& values, double share);

}  // namespace stillpoint
