// How far the next network lies from those that its hypothesis was fitted to.
#pragma once

#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

/// A hypothesis' own correlations, shrunk towards those common to all, at least by a network's share.
Matrix<double> own_correlation(const Matrix<double>& residuals, const Matrix<double>& common);

/// Squared lengths of the columns of x in units of the covariance.
Vector<double> squared_distances(const Matrix<double>& covariance, const Matrix<double>& x);

/// Squared distance of a next network ~ factor D F(D, degrees).
struct DistanceLaw {
  double factor, degrees;
  double tail(double squared, double D) const;
};

/// With the median and the 1 - alpha quantile of 400 simulated fits: normal networks of these correlations, as many as
/// `known` (D x n; 0 where a statistic is missing) has columns, fitted with own_correlation; 20 next networks each,
/// their distance in the statistics `present`. From one fixed stream.
DistanceLaw distance_law(const Matrix<double>& correlation, const Matrix<double>& known, const Matrix<double>& common,
                         const std::vector<Index>& present, double alpha);

}  // namespace stillpoint
