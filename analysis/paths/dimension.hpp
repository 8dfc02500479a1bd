// How many dimensions activity fills: the participation ratio of its covariance C, (tr C)^2 / tr C^2.
//
// Of a sample covariance it is too small, the more so the fewer samples there are for their dimension. Here both traces
// are estimated without bias by U-statistics (Li & Chen 2012, doi:10.1214/12-AOS993): with x1 .. x4 from four different
// runs
//
//   tr C^2 = E ((x1 - x2) . (x3 - x4))^2 / 4,     (tr C)^2 = E |x1 - x2|^2 |x3 - x4|^2 / 4
//
// which asks that runs are independent, but neither for normal activity nor for independent samples within a run. A
// bias of order 1 / runs remains, as of every ratio of unbiased estimates.
#pragma once

#include <optional>
#include <vector>

#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

struct DimensionEstimate {
  /// Absent when the activity does not vary, or too few runs leave tr C^2 below 0. Interval: jackknife over runs of the
  /// logarithm, Student's t; absent where a trace is below 0 without one of the runs.
  std::optional<Estimate> participation_ratio;
  double uncorrected;          // of the sample covariance; 0 when the activity does not vary
  Vector<double> eigenvalues;  // of the sample covariance over all samples, falling: the PCA spectrum
};

/// (tr C)^2 / tr C^2 of this very covariance; NaN where it is zero.
double participation_ratio(const Matrix<double>& covariance);

/// activity: one matrix per run, N x samples, of one shape. Throws UserError for fewer than five runs.
DimensionEstimate dimension_of(const std::vector<Matrix<double>>& activity);

}  // namespace stillpoint
