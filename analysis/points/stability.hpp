// Which directions grow, by the eigenvalues of a linearised flow or map.
#pragma once

#include <complex>

#include "analysis/system.hpp"

namespace stillpoint {

/// How fast a direction grows, above 0: unstable. Of a flow Re lambda, of a map |mu| - 1.
double growth_of(System::As as, const std::complex<double>& eigenvalue);

/// Eigenvalues by falling growth, conjugate pairs side by side.
Eigen::VectorXcd spectrum_by_growth(System::As as, const Matrix<double>& linear);

/// The same of eigenvalues that are known.
Eigen::VectorXcd by_growth(System::As as, Eigen::VectorXcd values);

/// Directions that grow by more than that.
Index unstable_directions(System::As as, const Eigen::VectorXcd& eigenvalues, double margin = 0);

/// What a growth must exceed, on either side, for a point to count as unstable or stable: eigenvalues at the border are
/// known to their rounding errors only.
constexpr double neutral_growth = 1e-9;
/// Every direction decays, by more than that.
bool is_stable(System::As as, const Eigen::VectorXcd& eigenvalues);
/// Directions that neither grow nor decay by more than that.
Index neutral_directions(System::As as, const Eigen::VectorXcd& eigenvalues);
/// The eigenvalue of the smallest growth on either side; there must be one.
std::complex<double> nearest_to_neutral(System::As as, const Eigen::VectorXcd& eigenvalues);
/// All but the `count` that are nearest to 0, of a map to 1: those of a continuum of that dimension.
Eigen::VectorXcd transverse(System::As as, const Eigen::VectorXcd& eigenvalues, Index count);

}  // namespace stillpoint
