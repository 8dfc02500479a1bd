// Decompositions of dense real matrices. Eigen's templates for them take seconds each to compile, so that they are
// instantiated here, once, and every other file calls plain functions.
//
// Symmetric matrices are read below the diagonal. Nothing is thrown: of a matrix that holds NaN, so do the results.
#pragma once

#include <Eigen/LU>
#include <optional>
#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

/// Of a square matrix, conjugate pairs side by side, otherwise in no order.
Eigen::VectorXcd eigenvalues_of(const Matrix<double>& A);
/// max |lambda|
double spectral_radius_of(const Matrix<double>& A);

struct EigenDecomposition {
  Eigen::VectorXcd values;   // in the order of eigenvalues_of
  Eigen::MatrixXcd vectors;  // columns of length 1
};
EigenDecomposition eigen_decomposition_of(const Matrix<double>& A);

struct SymmetricEigenDecomposition {
  Vector<double> values;   // rising
  Matrix<double> vectors;  // orthonormal columns
};
SymmetricEigenDecomposition symmetric_eigen_decomposition_of(const Matrix<double>& A);
/// Rising; in less time, and with other rounding errors, than with the vectors.
Vector<double> symmetric_eigenvalues_of(const Matrix<double>& A);

/// Falling.
Vector<double> singular_values_of(const Matrix<double>& A);
/// Largest singular value.
double spectral_norm_of(const Matrix<double>& A);

/// The orthogonal matrix nearest to a square one of full rank, A (A'A)^-1/2.
Matrix<double> nearest_orthogonal(const Matrix<double>& A);

/// Gram-Schmidt by Householder reflections (A = QR, R_ii >= 0): column i becomes the part of it that is orthogonal to the
/// columns before it, with length 1. Returns R_ii, how long that part was. D x k, k <= D. A square matrix of independent
/// N(0, 1) becomes uniform on O(D): Stewart 1980, doi:10.1137/0717034; Mezzadri 2007, arXiv:math-ph/0609050.
Vector<double> orthonormalise(Matrix<double>& columns);
/// The Q of a square matrix, made at once where orthonormalise applies it to the identity: last digits differ.
Matrix<double> orthogonal_factor_of(const Matrix<double>& A);

/// Orthonormal basis of the column space, rows x rank; A not empty.
Matrix<double> column_space_of(const Matrix<double>& A);

/// Row by row the x of smallest norm among those that minimise |A x - b|, b being that row of B; A of any rank.
Matrix<double> least_squares_by_row(const Matrix<double>& A, const Matrix<double>& B);

/// Lower triangular L of A = L L', A symmetric and positive definite; zeros above its diagonal.
Matrix<double> cholesky_factor_of(const Matrix<double>& A);
/// x of A x = b, A symmetric and positive definite.
Vector<double> solve_positive_definite(const Matrix<double>& A, const Vector<double>& b);
/// Column by column, A factored once.
Matrix<double> solve_positive_definite_by_column(const Matrix<double>& A, const Matrix<double>& B);

/// A square matrix factored by Gaussian elimination with partial pivoting.
class LU {
 public:
  explicit LU(const Matrix<double>& A);
  /// x of A x = b; infinite or NaN where A is singular.
  Vector<double> solve(const Vector<double>& b) const;
  /// 1 / (|A| |A^-1|), estimated.
  double reciprocal_condition() const;
  /// 1 or -1; of a singular matrix either.
  int determinant_sign() const;

 private:
  Eigen::PartialPivLU<Matrix<double>> factors_;
};

/// The same in single precision, several times as fast from some hundred rows on; what it solves is improved in double. A
/// matrix that is too close to a singular one for that is factored again. Higham 2002, Accuracy and Stability of Numerical
/// Algorithms, chapter 12, doi:10.1137/1.9780898718027.
class RefinedLU {
 public:
  explicit RefinedLU(const Matrix<double>& A);  // which must outlive it
  /// x of A x = b with |A x - b| below 1e-8 |b|, or what LU leaves; infinite or NaN where A is singular.
  Vector<double> solve(const Vector<double>& b) const;

 private:
  Vector<double> approximately(const Vector<double>& b) const;

  const Matrix<double>& A_;
#ifdef EIGEN_USE_BLAS
  Matrix<float> factors_;
  std::vector<int> swapped_;  // rows, as LAPACK lists them
#else
  Eigen::PartialPivLU<Matrix<float>> factors_;
#endif
  mutable std::optional<LU> exact_;  // from when it was needed on
};

}  // namespace stillpoint
