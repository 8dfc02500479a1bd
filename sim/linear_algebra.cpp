#include "sim/linear_algebra.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <cmath>
#include <limits>

#include "sim/blas.hpp"

#ifdef EIGEN_USE_BLAS
extern "C" void dgeev_(const char* left, const char* right, const int* n, double* A, const int* rows, double* real,
                       double* imaginary, double* left_vectors, const int* left_rows, double* right_vectors,
                       const int* right_rows, double* work, const int* entries, int* info);
extern "C" void dposv_(const char* half, const int* n, const int* right_sides, double* A, const int* stride, double* b,
                       const int* b_stride, int* info);
extern "C" void sgetrf_(const int* rows, const int* columns, float* A, const int* stride, int* swapped, int* info);
extern "C" void sgetrs_(const char* transposed, const int* n, const int* right_sides, const float* factors,
                        const int* stride, const int* swapped, float* b, const int* b_stride, int* info);
#endif

namespace stillpoint {

namespace {

/// By LAPACK, which OpenBLAS brings, in blocks: a tenth of the time that Eigen takes for 256 rows and more.
EigenDecomposition decomposed(Matrix<double> A, bool with_vectors) {
#ifdef EIGEN_USE_BLAS
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const Index N = A.rows();
  EigenDecomposition found{Eigen::VectorXcd::Constant(N, none), {}};
  if (with_vectors) found.vectors = Eigen::MatrixXcd::Constant(N, N, none);
  if (N == 0 || !A.allFinite()) return found;
  const ProductsOnOneThread products;
  const int n = static_cast<int>(N), rows = with_vectors ? n : 1;
  Vector<double> real(N), imaginary(N), work(1);
  Matrix<double> vectors(rows, rows);
  int entries = -1, info = 0;  // first asks how many it wants
  for (int call = 0; call < 2; ++call) {
    dgeev_("N", with_vectors ? "V" : "N", &n, A.data(), &n, real.data(), imaginary.data(), nullptr, &rows,
           vectors.data(), &rows, work.data(), &entries, &info);
    if (call > 0) break;
    entries = static_cast<int>(work(0));
    work.resize(entries);
  }
  if (info != 0) return found;
  found.values.real() = real;
  found.values.imag() = imaginary;
  if (!with_vectors) return found;
  for (Index i = 0; i < N; ++i) {  // of a pair the real and the imaginary part lie side by side
    found.vectors.col(i) = vectors.col(i).cast<std::complex<double>>();
    if (!(imaginary(i) > 0) || i + 1 == N) continue;
    found.vectors.col(i).imag() = vectors.col(i + 1);
    found.vectors.col(i + 1) = found.vectors.col(i).conjugate();
    ++i;
  }
  return found;
#else
  const Eigen::EigenSolver<Matrix<double>> solver(A, with_vectors);
  if (!with_vectors) return {solver.eigenvalues(), {}};
  return {solver.eigenvalues(), solver.eigenvectors()};
#endif
}

}  // namespace

Eigen::VectorXcd eigenvalues_of(const Matrix<double>& A) { return decomposed(A, false).values; }

double spectral_radius_of(const Matrix<double>& A) { return eigenvalues_of(A).cwiseAbs().maxCoeff(); }

EigenDecomposition eigen_decomposition_of(const Matrix<double>& A) { return decomposed(A, true); }

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

Vector<double> solve_positive_definite(const Matrix<double>& A, const Vector<double>& b) {
  return solve_positive_definite_by_column(A, b);
}

Matrix<double> solve_positive_definite_by_column(const Matrix<double>& A, const Matrix<double>& B) {
#ifdef EIGEN_USE_BLAS  // from 100 rows on in a third of the time that Eigen takes
  const ProductsOnOneThread products;
  Matrix<double> factors = A, X = B;
  const int n = static_cast<int>(A.rows()), right_sides = static_cast<int>(B.cols());
  int info = 0;
  if (n > 0) dposv_("L", &n, &right_sides, factors.data(), &n, X.data(), &n, &info);
  if (info != 0) X.setConstant(std::numeric_limits<double>::quiet_NaN());
  return X;
#else
  return A.llt().solve(B);
#endif
}

LU::LU(const Matrix<double>& A) : factors_(A) {}

Vector<double> LU::solve(const Vector<double>& b) const { return factors_.solve(b); }

double LU::reciprocal_condition() const { return factors_.rcond(); }

int LU::determinant_sign() const {
  const bool odd = (factors_.matrixLU().diagonal().array() < 0).count() % 2 != 0;
  const auto swaps = static_cast<int>(factors_.permutationP().determinant());
  return odd ? -swaps : swaps;
}

#ifdef EIGEN_USE_BLAS
RefinedLU::RefinedLU(const Matrix<double>& A)
    : A_(A), factors_(A.cast<float>()), swapped_(static_cast<std::size_t>(A.rows())) {
  if (!std::isfinite(factors_.sum())) {
    exact_.emplace(A);
    return;
  }
  const ProductsOnOneThread products;
  const int n = static_cast<int>(A.rows());
  int info = 0;
  if (n > 0) sgetrf_(&n, &n, factors_.data(), &n, swapped_.data(), &info);
}

Vector<double> RefinedLU::approximately(const Vector<double>& b) const {
  Vector<float> x = b.cast<float>();
  const int n = static_cast<int>(x.size()), one = 1;
  int info = 0;
  if (n > 0) sgetrs_("N", &n, &one, factors_.data(), &n, swapped_.data(), x.data(), &n, &info);
  return x.cast<double>();
}
#else
RefinedLU::RefinedLU(const Matrix<double>& A) : A_(A), factors_(A.cast<float>()) {}

Vector<double> RefinedLU::approximately(const Vector<double>& b) const {
  return factors_.solve(b.cast<float>()).cast<double>();
}
#endif

Vector<double> RefinedLU::solve(const Vector<double>& b) const {
  constexpr double enough = 1e-8;
  constexpr int turns = 4;  // each leaves, of what was left, single precision's rounding times the condition of A
  const double length = b.norm();
  if (length == 0) return b;
  if (!exact_) {
    Vector<double> x = Vector<double>::Zero(b.size()), left = b;
    for (int turn = 0; turn < turns; ++turn) {
      const double size = left.norm();  // of single precision's range, whatever the length of b
      x += size * approximately(left / size);
      left = b - A_ * x;
      if (left.norm() <= enough * length) return x;
    }
    exact_.emplace(A_);
  }
  return exact_->solve(b);
}

}  // namespace stillpoint
