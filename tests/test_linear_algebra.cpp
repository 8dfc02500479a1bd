// Decompositions against their definitions, and against matrices whose factors are known.
#include <Eigen/Geometry>

#include "sim/linear_algebra.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

namespace {

constexpr double rounding = 1e-12;  // of some ten operations per entry on numbers of order one

Matrix<double> normal_matrix(Index rows, Index columns, std::uint64_t seed) {
  Matrix<double> A(rows, columns);
  Stream(seed, Purpose::estimate).fill_normal(A);
  return A;
}

Matrix<double> identity(Index n) { return Matrix<double>::Identity(n, n); }

Matrix<double> orthogonal(Index n, std::uint64_t seed) {
  auto Q = normal_matrix(n, n, seed);
  orthonormalise(Q);
  return Q;
}

/// Whose eigenvalues are the roots of z^3 - 3 z^2 + 4 z - 2 = (z - 1)(z^2 - 2 z + 2): 1 and 1 +- i.
const Matrix<double> companion = (Matrix<double>(3, 3) << 3, -4, 2, 1, 0, 0, 0, 1, 0).finished();

}  // namespace

TEST_CASE("eigenvalues of a companion matrix are the roots of its polynomial, and eigenvectors are only stretched") {
  const auto values = eigenvalues_of(companion);
  for (const std::complex<double> root : {std::complex<double>(1, 0), {1, 1}, {1, -1}})
    CHECK((values.array() - root).abs().minCoeff() < rounding);
  CHECK(spectral_radius_of(companion) == Approx(std::sqrt(2)).epsilon(rounding));
  const auto found = eigen_decomposition_of(companion);
  CHECK((companion * found.vectors - found.vectors * found.values.asDiagonal()).norm() < rounding);
  CHECK((found.vectors.colwise().norm().array() - 1).abs().maxCoeff() < rounding);
}

TEST_CASE(
    "eigenvectors of matrices of every size are only stretched, pairs side by side, and of NaN nothing is known") {
  for (const Index n : {1, 2, 7, 80, 150}) {
    const auto A = normal_matrix(n, n, static_cast<std::uint64_t>(n));
    const auto found = eigen_decomposition_of(A);
    const double size = rounding * static_cast<double>(n) * A.norm();
    CHECK((A * found.vectors - found.vectors * found.values.asDiagonal()).norm() < size);
    CHECK((found.vectors.colwise().norm().array() - 1).abs().maxCoeff() < rounding);
    CHECK(std::abs(found.values.sum() - A.trace()) < size);
    for (Index i = 0; i < n; ++i)
      if (found.values(i).imag() > 0) CHECK(found.values(i + 1) == std::conj(found.values(i)));
    CHECK(std::abs(eigenvalues_of(A).cwiseAbs().sum() - found.values.cwiseAbs().sum()) < size);
  }
  Matrix<double> A = identity(5);
  A(3, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(eigenvalues_of(A).array().isNaN().all());
  CHECK(eigenvalues_of(Matrix<double>(0, 0)).size() == 0);
}

TEST_CASE("a symmetric matrix made of known eigenvalues and orthogonal eigenvectors is taken apart into them") {
  const Vector<double> values = (Vector<double>(4) << -2, 0, 0.5, 3).finished();
  const auto Q = orthogonal(4, 1);
  const Matrix<double> A = Q * values.asDiagonal() * Q.transpose();
  const auto found = symmetric_eigen_decomposition_of(A);
  CHECK((found.values - values).norm() < rounding);
  CHECK(((Q.transpose() * found.vectors).cwiseAbs() - identity(4)).norm() < rounding);  // up to a sign each
  CHECK((symmetric_eigenvalues_of(A) - values).norm() < rounding);
}

TEST_CASE("singular values are those that a matrix was made of, and the largest is how far it stretches a vector") {
  const Vector<double> values = (Vector<double>(3) << 5, 2, 0.1).finished();
  const Matrix<double> A = orthogonal(3, 2) * values.asDiagonal() * orthogonal(3, 3);
  CHECK((singular_values_of(A) - values).norm() < rounding);
  CHECK(spectral_norm_of(A) == Approx(5).epsilon(rounding));
}

TEST_CASE("the orthogonal matrix nearest to a rotation times a stretch is the rotation") {
  const auto rotation = orthogonal(4, 4), root = normal_matrix(4, 4, 5);
  const Matrix<double> stretch = root * root.transpose() + identity(4);
  CHECK((nearest_orthogonal(rotation * stretch) - rotation).norm() < rounding);
}

TEST_CASE("orthonormal columns span what the columns before them span, as Gram and Schmidt make them by hand") {
  Matrix<double> by_hand = (Matrix<double>(2, 2) << 3, 1, 4, 0).finished();
  const auto lengths = orthonormalise(by_hand);
  CHECK((by_hand - (Matrix<double>(2, 2) << 0.6, 0.8, 0.8, -0.6).finished()).norm() < rounding);
  CHECK((lengths - Vector<double>(Eigen::Vector2d(5, 0.8))).norm() < rounding);

  const auto A = normal_matrix(7, 3, 6);
  auto Q = A;
  const auto diagonal = orthonormalise(Q);
  const Matrix<double> R = Q.transpose() * A;
  CHECK((Q.transpose() * Q - identity(3)).norm() < rounding);
  CHECK((Q * R - A).norm() < rounding);
  CHECK((R.diagonal() - diagonal).norm() < rounding);
  CHECK(diagonal.minCoeff() > 0);
  CHECK(R.triangularView<Eigen::StrictlyLower>().toDenseMatrix().norm() < rounding);
}

TEST_CASE("normal entries make matrices that are uniform on the orthogonal group") {
  // Under its Haar measure E tr Q = 0 and E (tr Q)^2 = 1 for n >= 2 (Diaconis & Shahshahani 1994, doi:10.2307/3214948), the
  // fourth moment is 3, so that the standard errors are sqrt(1 / draws) and sqrt(2 / draws). With the signs that
  // Householder's reflections happen to have, both are off by far more.
  constexpr int draws = 20000;
  double sum = 0, squares = 0;
  for (int i = 0; i < draws; ++i) {
    const auto normal = normal_matrix(4, 4, 100 + i);
    const auto Q = orthogonal_factor_of(normal);
    if (i < 10) {
      auto other = normal;
      orthonormalise(other);
      CHECK((Q - other).norm() < rounding);
    }
    sum += Q.trace();
    squares += Q.trace() * Q.trace();
  }
  CHECK(std::abs(sum / draws) < 4 * std::sqrt(1. / draws));
  CHECK(std::abs(squares / draws - 1) < 4 * std::sqrt(2. / draws));
}

TEST_CASE("the basis of a column space has as many columns as the rank, and holds every column") {
  const Matrix<double> A = normal_matrix(6, 2, 7) * normal_matrix(2, 4, 8);
  const auto basis = column_space_of(A);
  REQUIRE(basis.cols() == 2);
  CHECK((basis.transpose() * basis - identity(2)).norm() < rounding);
  CHECK((basis * (basis.transpose() * A) - A).norm() < 10 * rounding);
}

TEST_CASE("least squares leaves a residual across the columns, and where several solutions do so gives the smallest") {
  const Matrix<double> A = normal_matrix(6, 3, 9), B = normal_matrix(2, 6, 10);
  const auto X = least_squares_by_row(A, B);
  CHECK((A.transpose() * (A * X.transpose() - B.transpose())).norm() < rounding);
  const Matrix<double> singular = Vector<double>(Eigen::Vector2d(2, 0)).asDiagonal();
  const Matrix<double> b = (Matrix<double>(1, 2) << 4, 3).finished();
  CHECK((least_squares_by_row(singular, b) - (Matrix<double>(1, 2) << 2, 0).finished()).norm() < rounding);
}

TEST_CASE(
    "a system solved in single precision and improved has a residual of double precision, whatever its size and "
    "condition") {
  for (const Index N : {1, 2, 5, 40, 150})
    for (const double condition : {1., 1e3, 1e6, 1e9, 1e12}) {
      const Matrix<double> U = orthogonal_factor_of(normal_matrix(N, N, 30)),
                           V = orthogonal_factor_of(normal_matrix(N, N, 31));
      const Vector<double> stretch =
          Vector<double>::LinSpaced(N, 0, -std::log10(condition)).unaryExpr([](double x) { return std::pow(10, x); });
      const Matrix<double> A = U * stretch.asDiagonal() * V;
      const RefinedLU factored(A);
      for (const double size : {1., 1e-40, 1e40}) {
        const Vector<double> b = size * normal_matrix(N, 1, 32).col(0).normalized();
        INFO(N << " rows, condition " << condition << ", right side " << size);
        const Vector<double> x = factored.solve(b);
        // below 1e-8, or what elimination in double leaves: its rounding of |A| |x|, the norm of A being 1
        CHECK((A * x - b).norm() <= 1e-8 * b.norm() + static_cast<double>(N) * 1e-15 * x.norm());
      }
      CHECK(factored.solve(Vector<double>::Zero(N)) == Vector<double>::Zero(N));
    }
  const Vector<double> b = normal_matrix(3, 1, 33);
  const Matrix<double> singular = Vector<double>(Eigen::Vector3d(1, 0, 2)).asDiagonal();
  CHECK_FALSE(RefinedLU(singular).solve(b).allFinite());
  const Matrix<double> beyond_single = Vector<double>(Eigen::Vector3d(1e200, 1, 2)).asDiagonal();
  CHECK(RefinedLU(beyond_single).solve(beyond_single * b).isApprox(b));
  const Matrix<double> none = Matrix<double>::Constant(3, 3, std::numeric_limits<double>::quiet_NaN());
  CHECK_FALSE(RefinedLU(none).solve(b).allFinite());
}

TEST_CASE("linear systems are solved, and the factors know condition and the determinant's sign") {
  const auto root = normal_matrix(5, 5, 11);
  const Vector<double> x = normal_matrix(5, 1, 12);
  const Matrix<double> positive = root * root.transpose() + identity(5);
  CHECK((solve_positive_definite(positive, positive * x) - x).norm() < rounding);
  CHECK((LU(root).solve(root * x) - x).norm() < 1e3 * rounding);  // condition of the matrix

  CHECK(LU(Vector<double>(Eigen::Vector3d(1, 0.5, 1e-3)).asDiagonal()).reciprocal_condition() == Approx(1e-3));
  for (int i = 0; i < 20; ++i) {
    const Matrix<double> A = normal_matrix(3, 3, 20 + i);
    const double determinant = A.row(0).dot(Eigen::Vector3d(A.row(1)).cross(Eigen::Vector3d(A.row(2))));
    CHECK(LU(A).determinant_sign() == (determinant > 0 ? 1 : -1));
  }
}
