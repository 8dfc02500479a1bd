// First-order autoregressive noise, n(t) = rho n(t-1) + e(t), as the analyses of a time series take it into account.
#pragma once

#include <algorithm>

#include "sim/random.hpp"

namespace stillpoint {

/// Beyond this a series can no longer be told from a random walk.
constexpr double largest_rho = 0.95;

/// v(t) - rho v(t-1), T - 1 values for T.
inline Vector<double> innovations(const Vector<double>& values, double rho) {
  const Index n = values.size() - 1;
  return values.tail(n) - rho * values.head(n);
}

/// The same where innovations have a standard deviation in proportion to `scale`, T values.
inline Vector<double> innovations(const Vector<double>& values, double rho, const Vector<double>& scale) {
  return innovations(values, rho).cwiseQuotient(scale.tail(values.size() - 1));
}

/// The rho of least squares, within +-largest_rho; 0 for residuals that are all zero.
inline double estimate_rho(const Vector<double>& residuals) {
  const Index n = residuals.size() - 1;
  const double power = residuals.head(n).squaredNorm();
  if (power == 0) return 0;
  return std::clamp(residuals.head(n).dot(residuals.tail(n)) / power, -largest_rho, largest_rho);
}
/// Of residuals whose innovations have that scale.
inline double estimate_rho(const Vector<double>& residuals, const Vector<double>& scale) {
  const Index n = residuals.size() - 1;
  const Vector<double> weight = scale.tail(n).array().square().inverse(), before = residuals.head(n);
  const double power = before.cwiseAbs2().dot(weight);
  if (power == 0) return 0;
  return std::clamp(before.cwiseProduct(weight).dot(residuals.tail(n)) / power, -largest_rho, largest_rho);
}

/// The rho that least squares has made too small by fitting a mean of `parameters` as well, to first order in 1/T: for
/// a constant Kendall 1954, doi:10.1093/biomet/41.3-4.403; (1 + rho) / T more for each further parameter, as for a
/// trend.
inline double without_bias(double rho, int parameters, Index samples) {
  const double bias = (1 + 3 * rho + (parameters - 1) * (1 + rho)) / static_cast<double>(samples);
  return std::clamp(rho + bias, -largest_rho, largest_rho);
}

/// Noise whose innovations are drawn with replacement from those given, times scale (one value per sample), past its
/// transient.
inline Vector<double> resampled_noise(const Vector<double>& drawn_from, double rho, const Vector<double>& scale,
                                      Stream& stream) {
  constexpr Index transient = 100;  // .95^100 < .01
  Vector<double> noise(scale.size());
  double value = 0;
  for (Index t = rho == 0 ? 0 : -transient; t < scale.size(); ++t) {
    value = rho * value + scale(std::max<Index>(t, 0)) * drawn_from(stream.below(drawn_from.size()));
    if (t >= 0) noise(t) = value;
  }
  return noise;
}

}  // namespace stillpoint
