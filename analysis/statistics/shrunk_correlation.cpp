#include "analysis/statistics/shrunk_correlation.hpp"

#include <algorithm>
#include <cmath>

namespace stillpoint {

Standardised standardise(const Matrix<double>& samples, const Matrix<double>& known) {
  const Index D = samples.rows(), n = samples.cols();
  Standardised result{Vector<double>(D), Vector<double>(D), Matrix<double>::Zero(D, n)};
  for (Index i = 0; i < D; ++i) {
    double count = 0, sum = 0, largest = 0, squares = 0;
    for (Index k = 0; k < n; ++k)
      if (known(i, k) != 0) {
        ++count;
        sum += samples(i, k);
        largest = std::max(largest, std::abs(samples(i, k)));
      }
    const double mean = sum / count;
    for (Index k = 0; k < n; ++k)
      if (known(i, k) != 0) squares += (samples(i, k) - mean) * (samples(i, k) - mean);
    const double deviation = std::sqrt(squares / (count - 1));
    result.mean(i) = mean;
    result.deviation(i) = deviation > 1e-12 * largest ? deviation : 0;
    if (result.deviation(i) == 0) continue;
    for (Index k = 0; k < n; ++k)
      if (known(i, k) != 0) result.residuals(i, k) = (samples(i, k) - mean) / deviation;
  }
  return result;
}

Matrix<double> shrunk_correlation(const Matrix<double>& residuals, double degrees, const Matrix<double>& target,
                                  double least) {
  const Index D = residuals.rows();
  const auto n = static_cast<double>(residuals.cols());
  Matrix<double> result = residuals * residuals.transpose() / degrees;
  double variance = 0, distance = 0;  // sums over pairs
  for (Index j = 0; j < D; ++j)
    for (Index i = j + 1; i < D; ++i) {
      const auto products = residuals.row(i).array() * residuals.row(j).array();
      variance += n / (degrees * degrees * degrees) * (products - result(i, j) * degrees / n).square().sum();
      distance += (result(i, j) - target(i, j)) * (result(i, j) - target(i, j));
    }
  const double share = distance > 0 ? std::clamp(variance / distance, least, 1.0) : 1;
  result = (1 - share) * result + share * target;
  result.diagonal().setOnes();
  return result;
}

}  // namespace stillpoint
