#include "analysis/paths/krylov.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/linear_algebra.hpp"

namespace stillpoint {

namespace {

/// Orthonormal columns, the first along the start, and H with A basis(:, 1..m) = basis H.
class Arnoldi {
 public:
  Arnoldi(const Product& A, const Vector<double>& start, Index most)
      : A_(A), most_(std::min(most, start.size())), basis_(start.size(), most_ + 1) {
    basis_.col(0) = start.normalized();
  }

  Index products() const { return products_; }
  Matrix<double> projected() const { return H_.topLeftCorner(products_ + 1, products_); }
  auto basis() const { return basis_.leftCols(products_); }
  /// One more column; false once there are enough, or no direction is left.
  bool grow() {
    if (products_ == most_ || ended_) return false;
    const Index m = products_++;
    H_.conservativeResizeLike(Matrix<double>::Zero(m + 2, m + 1));
    Vector<double> next = A_(basis_.col(m));
    const double size = next.norm();
    for (int twice = 0; twice < 2; ++twice) {  // Gram-Schmidt loses half of the digits once, not twice
      const Vector<double> along = basis_.leftCols(m + 1).transpose() * next;
      next -= basis_.leftCols(m + 1) * along;
      H_.col(m).head(m + 1) += along;
    }
    const double left = next.norm();
    ended_ = !(left > 1e-14 * size);
    H_(m + 1, m) = ended_ ? 0 : left;
    basis_.col(m + 1) = ended_ ? Vector<double>::Zero(next.size()) : Vector<double>(next / left);
    return true;
  }

 private:
  const Product& A_;
  Index most_, products_ = 0;
  Matrix<double> basis_, H_;
  bool ended_ = false;
};

}  // namespace

Vector<double> solve_by_products(const Product& A, const Vector<double>& b, double tolerance, Index most_products) {
  const double size = b.norm();
  if (!(size > 0)) return b;
  Arnoldi arnoldi(A, b, most_products);
  Vector<double> y;
  while (arnoldi.grow()) {
    const auto H = arnoldi.projected();
    Matrix<double> target = Matrix<double>::Zero(1, H.rows());
    target(0, 0) = size;
    y = least_squares_by_row(H, target).row(0).transpose();
    if ((H * y - target.transpose()).norm() <= tolerance * size) break;
  }
  return arnoldi.basis() * y;
}

Eigen::VectorXcd leading_eigenvalues(const Product& A, const Vector<double>& start, Index products) {
  Arnoldi arnoldi(A, start, products);
  while (arnoldi.grow()) {
  }
  const Index m = arnoldi.products();
  const auto H = arnoldi.projected();
  const auto ritz = eigen_decomposition_of(H.topRows(m));
  const double enough = 1e-8 * ritz.values.cwiseAbs().maxCoeff();
  std::vector<std::complex<double>> found;
  for (Index i = 0; i < m; ++i)
    if (H(m, m - 1) * std::abs(ritz.vectors(m - 1, i)) <= enough) found.push_back(ritz.values(i));
  std::stable_sort(found.begin(), found.end(), [](auto a, auto b) { return std::abs(a) > std::abs(b); });
  return Eigen::Map<Eigen::VectorXcd>(found.data(), static_cast<Index>(found.size()));
}

}  // namespace stillpoint
