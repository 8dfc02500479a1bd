// Correlations of few samples, drawn towards what they would be if a simpler account held.
#pragma once

#include "sim/types.hpp"

namespace stillpoint {

/// Samples less their means over their standard deviations, 0 where one is missing or a row does not vary.
struct Standardised {
  Vector<double> mean, deviation;  // of the rows, deviation with n - 1; 0 where it is rounding
  Matrix<double> residuals;
};
/// D x n; `known` is 1 where a sample is there and otherwise 0: at least 2 in each row.
Standardised standardise(const Matrix<double>& samples, const Matrix<double>& known);

/// (1 - l) r + l target, of r = Z Z' / degrees with a diagonal of 1, from D x n standardised residuals Z that add up to
/// `degrees` squares per row where nothing is missing. The intensity l = sum Var(r_ij) / sum (r_ij - target_ij)^2 over
/// i != j, from least to 1, Var(r_ij) = n / degrees^3 sum_k (w_k - mean w)^2, w_k = z_ik z_jk (Schaefer & Strimmer
/// 2005, doi:10.2202/1544-6115.1175, there with degrees = n - 1 and target 1). Positive definite where the target is
/// and least > 0.
Matrix<double> shrunk_correlation(const Matrix<double>& residuals, double degrees, const Matrix<double>& target,
                                  double least);

}  // namespace stillpoint
