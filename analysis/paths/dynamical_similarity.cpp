#include "analysis/paths/dynamical_similarity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/blas.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/options/option.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

double overlap(const Matrix<double>& A, const Matrix<double>& B, const Matrix<double>& C) {
  return A.cwiseProduct(C * B * C.transpose()).sum();
}

/// Ascent of <A, C B C'> from C. The function plus kappa |C|^2, kappa = 2 |A| |B| (spectral norms), is convex, so that
/// it grows at least as its tangent, whose maximum over O(k) is a Procrustes problem.
double ascend(const Matrix<double>& A, const Matrix<double>& B, Matrix<double> C, double kappa) {
  double value = overlap(A, B, C);
  for (int i = 0; i < 300; ++i) {
    const Matrix<double> gradient = A * C * B.transpose() + A.transpose() * C * B;
    C = nearest_orthogonal(gradient + kappa * C);
    const double next = overlap(A, B, C);
    if (next - value < 1e-8 * kappa) return std::max(value, next);
    value = next;
  }
  return value;
}

}  // namespace

Matrix<double> linear_dynamics(const std::vector<Matrix<double>>& activity, const DelayEmbedding& embedding) {
  const ProductsOnOneThread products;
  require_parameter(embedding.delays >= 1 && embedding.dimensions >= 1, "delays and dimensions",
                    fmt::format("{}, {}", embedding.delays, embedding.dimensions), "must be 1 or more");
  require_parameter(!activity.empty(), "runs", "0", "must be 1 or more");
  const Index N = activity.front().rows(), m = embedding.delays;
  // Principal components first, so that what is stacked is small.
  Index samples = 0;
  Vector<double> mean = Vector<double>::Zero(N);
  for (const auto& run : activity) {
    require_parameter(run.cols() > m, "samples", fmt::format("{}", run.cols()), fmt::format("must be more than {}", m));
    mean += run.rowwise().sum();
    samples += run.cols();
  }
  mean /= static_cast<double>(samples);
  Matrix<double> covariance = Matrix<double>::Zero(N, N);
  for (const auto& run : activity) {
    const Matrix<double> centred = run.colwise() - mean;
    covariance.noalias() += centred * centred.transpose();
  }
  const auto leading = [](const Matrix<double>& symmetric, Index most, Vector<double>& variance) {
    const auto rising = symmetric_eigen_decomposition_of(symmetric);
    const Vector<double> values = rising.values.reverse();
    Index kept = 0;
    while (kept < std::min(most, values.size()) && values(kept) > 1e-9 * values(0) && values(kept) > 1e-20) ++kept;
    variance = values.head(kept);
    return Matrix<double>(rising.vectors.rowwise().reverse().leftCols(kept));
  };
  Vector<double> variance;
  const auto axes = leading(covariance, embedding.dimensions, variance);
  const Index p = axes.cols();
  if (p == 0) return {};

  const Index per_run_lost = m - 1;
  Matrix<double> stacked(m * p, samples - per_run_lost * static_cast<Index>(activity.size()));
  std::vector<Index> begins;
  Index column = 0;
  for (const auto& run : activity) {
    const Matrix<double> components = axes.transpose() * (run.colwise() - mean);
    begins.push_back(column);
    const Index length = run.cols() - per_run_lost;
    for (Index delay = 0; delay < m; ++delay)
      stacked.block(delay * p, column, p, length) = components.middleCols(delay, length);
    column += length;
  }
  const auto modes = leading(stacked * stacked.transpose(), embedding.dimensions, variance);
  const Matrix<double> whitened = variance.cwiseSqrt().cwiseInverse().asDiagonal() * (modes.transpose() * stacked);
  const Index k = modes.cols();
  Matrix<double> across = Matrix<double>::Zero(k, k), within = across;
  for (std::size_t run = 0; run < begins.size(); ++run) {
    const Index end = run + 1 < begins.size() ? begins[run + 1] : column, pairs = end - begins[run] - 1;
    const auto before = whitened.middleCols(begins[run], pairs), after = whitened.middleCols(begins[run] + 1, pairs);
    across.noalias() += after * before.transpose();
    within.noalias() += before * before.transpose();
  }
  return least_squares_by_row(within, across);
}

double dynamical_distance(const Matrix<double>& A, const Matrix<double>& B, std::uint64_t random_starts) {
  const ProductsOnOneThread products;  // small ones, whose threads would wait for each other
  const Index k = std::max(A.rows(), B.rows());
  Matrix<double> a = Matrix<double>::Zero(k, k), b = a;
  a.topLeftCorner(A.rows(), A.cols()) = A;
  b.topLeftCorner(B.rows(), B.cols()) = B;
  const double size_a = a.norm(), size_b = b.norm();
  if (size_a == 0 && size_b == 0) return 0;
  if (size_a == 0 || size_b == 0) return std::acos(0.);
  const double kappa = 2 * spectral_norm_of(a) * spectral_norm_of(b);
  // Starts: the coordinates as they are (successive networks), the eigenvectors of the symmetric parts paired,
  // rotations.
  std::vector<Matrix<double>> starts = {Matrix<double>::Identity(k, k)};
  const auto of_a = symmetric_eigen_decomposition_of(a + a.transpose()),
             of_b = symmetric_eigen_decomposition_of(b + b.transpose());
  starts.push_back(of_a.vectors * of_b.vectors.transpose());
  for (std::uint64_t i = 0; i < random_starts; ++i) {
    Matrix<double> random(k, k);
    Stream(1, Purpose::estimate, i).fill_normal(random);
    starts.push_back(nearest_orthogonal(random));
  }
  double best = -1;
  for (auto& start : starts)
    for (int mirrored = 0; mirrored < 2 && best < 1 - 1e-9; ++mirrored) {  // O(k) has two parts
      best = std::max(best, ascend(a, b, start, kappa) / (size_a * size_b));
      start.col(0) *= -1;
    }
  return std::acos(std::clamp(best, -1., 1.));
}

}  // namespace stillpoint
