#include "sim/linear_algebra.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>

namespace stillpoint {

Eigen::VectorXcd eigenvalues_of(const Matrix<double>& A) {
  return Eigen::EigenSolver<Matrix<double>>(A, false).eigenvalues();
}

double spectral_radius_of(const Matrix<double>& A) { return eigenvalues_of(A).cwiseAbs().maxCoeff(); }

EigenDecomposition eigen_decomposition_of(const Matrix<double>& A) {
  const Eigen::EigenSolver<Matrix<double>> solver(A);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

SymmetricEigenDecomposition symmetric_eigen_decomposition_of(const Matrix<double>& A) {
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver(A);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

Vector<double> symmetric_eigenvalues_of(const Matrix<double>& A) {
  return Eigen::SelfAdjointEigenSolver<Matrix<double>>(A, Eigen::EigenvaluesOnly).eigenvalues();
}

Vector<double> singular_values_of(const Matrix<double>& A) {
  return Eigen::JacobiSVD<Matrix<double>>(A).singularValues();
}

double spectral_norm_of(const Matrix<double>& A) { return singular_values_of(A)(0); }

Matrix<double> nearest_orthogonal(const Matrix<double>& A) {
  return A * Eigen::SelfAdjointEigenSolver<Matrix<double>>(A.transpose() * A).operatorInverseSqrt();
}

namespace {

/// Of the two signs of each column of Q, the one that makes R's diagonal positive.
void make_diagonal_positive(const Eigen::HouseholderQR<Matrix<double>>& qr, Matrix<double>& Q) {
  for (Index j = 0; j < Q.cols(); ++j)
    if (qr.matrixQR()(j, j) < 0) Q.col(j) *= -1;
}

}  // namespace

Vector<double> orthonormalise(Matrix<double>& columns) {
  const Eigen::HouseholderQR<Matrix<double>> qr(columns);
  columns = qr.householderQ() * Matrix<double>::Identity(columns.rows(), columns.cols());
  make_diagonal_positive(qr, columns);
  return qr.matrixQR().diagonal().cwiseAbs();
}

Matrix<double> orthogonal_factor_of(const Matrix<double>& A) {
  const Eigen::HouseholderQR<Matrix<double>> qr(A);
  Matrix<double> Q = qr.householderQ();
  make_diagonal_positive(qr, Q);
  return Q;
}

Matrix<double> column_space_of(const Matrix<double>& A) {
  const Eigen::ColPivHouseholderQR<Matrix<double>> qr(A);
  return Matrix<double>(qr.householderQ()).leftCols(qr.rank());
}

Matrix<double> least_squares_by_row(const Matrix<double>& A, const Matrix<double>& B) {
  return A.completeOrthogonalDecomposition().solve(B.transpose()).transpose();
}

Matrix<double> cholesky_factor_of(const Matrix<double>& A) { return A.llt().matrixL(); }

Vector<double> solve_positive_definite(const Matrix<double>& A, const Vector<double>& b) { return A.llt().solve(b); }

Matrix<double> solve_positive_definite_by_column(const Matrix<double>& A, const Matrix<double>& B) {
  return A.llt().solve(B);
}

LU::LU(const Matrix<double>& A) : factors_(A) {}

Vector<double> LU::solve(const Vector<double>& b) const { return factors_.solve(b); }

double LU::reciprocal_condition() const { return factors_.rcond(); }

int LU::determinant_sign() const {
  const bool odd = (factors_.matrixLU().diagonal().array() < 0).count() % 2 != 0;
  const auto swaps = static_cast<int>(factors_.permutationP().determinant());
  return odd ? -swaps : swaps;
}

}  // namespace stillpoint
