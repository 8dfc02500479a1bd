// Matrices too large to be held, known by their products with vectors: Arnoldi's method (Arnoldi 1951,
// doi:10.1090/qam/42792).
#pragma once

#include <functional>

#include "sim/types.hpp"

namespace stillpoint {

using Product = std::function<Vector<double>(const Vector<double>&)>;

/// x of A x = b by GMRES (Saad & Schultz 1986, doi:10.1137/0907058), to a residual of `tolerance` |b| or as near as so
/// many products come.
Vector<double> solve_by_products(const Product& A, const Vector<double>& b, double tolerance, Index most_products);

/// By falling size, those Ritz values of so many products whose residual is below 1e-8 of the largest. The leading ones
/// converge first.
Eigen::VectorXcd leading_eigenvalues(const Product& A, const Vector<double>& start, Index products);

}  // namespace stillpoint
