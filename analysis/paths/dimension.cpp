#include "analysis/paths/dimension.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "sim/blas.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/look_aside.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

/// Numbers kept at most to make products of runs from their second moments: 128 MiB.
constexpr Index most_kept = Index{1} << 24;

/// Means over the samples of runs, as far as the estimates need them. x_a: a sample of run a, m_a: the run's mean.
struct Moments {
  Vector<double> squares;   // |x_a|^2
  Matrix<double> means;     // m_a . m_b
  Matrix<double> products;  // (x_a . x_b')^2 over all pairs of samples
  double through = 0;       // (m_a . x_b)(x_b . m_c), summed over all a, b, c that differ
  Vector<double> with;      // the part of that sum in which run r takes part
};

/// (x_a . x_b')^2 summed over samples is tr (X_a X_a' X_b X_b'), which the smaller of the two kinds of products gives.
Matrix<double> squared_products(const std::vector<Matrix<double>>& activity) {
  const auto R = static_cast<Index>(activity.size());
  const auto of = [&](Index a) -> const Matrix<double>& { return activity[static_cast<std::size_t>(a)]; };
  const Index N = of(0).rows(), T = of(0).cols();
  const auto samples = static_cast<double>(T);
  if (N < T && N * N * R <= most_kept) {
    Matrix<double> second(N * N, R);
    for (Index a = 0; a < R; ++a) second.col(a) = (of(a) * of(a).transpose()).reshaped() / samples;
    return second.transpose() * second;
  }
  Matrix<double> products(R, R);
  for (Index a = 0; a < R; ++a) {
    look_aside();
    for (Index b = a; b < R; ++b)
      products(a, b) = products(b, a) = (of(a).transpose() * of(b)).squaredNorm() / (samples * samples);
  }
  return products;
}

Moments moments(const std::vector<Matrix<double>>& activity) {
  const auto R = static_cast<Index>(activity.size());
  const auto of = [&](Index a) -> const Matrix<double>& { return activity[static_cast<std::size_t>(a)]; };
  const auto T = static_cast<double>(of(0).cols());
  Matrix<double> mean(of(0).rows(), R);
  for (Index a = 0; a < R; ++a) mean.col(a) = of(a).rowwise().mean();
  Moments result{Vector<double>(R), mean.transpose() * mean, squared_products(activity), 0, Vector<double>::Zero(R)};
  for (Index b = 0; b < R; ++b) {
    look_aside();
    result.squares(b) = of(b).squaredNorm() / T;
    const Matrix<double> projected = mean.transpose() * of(b);
    Matrix<double> middle = projected * projected.transpose() / T;
    middle.row(b).setZero();
    middle.col(b).setZero();
    middle.diagonal().setZero();
    const double sum = middle.sum();
    result.through += sum;
    result.with(b) += sum;
    result.with += 2 * middle.rowwise().sum();
  }
  return result;
}

struct Traces {
  double of_square, squared;  // tr C^2, (tr C)^2
};

/// The U-statistics over these runs: means over pairs, triples and quadruples of different runs. through: of these.
Traces unbiased(const Moments& all, const std::vector<Index>& runs, double through) {
  const auto n = static_cast<double>(runs.size());
  const double pairs = n * (n - 1), triples = pairs * (n - 2), quadruples = triples * (n - 3);
  const Vector<double> squares = all.squares(runs);
  const Matrix<double> products = all.products(runs, runs);
  Matrix<double> means = all.means(runs, runs);
  means.diagonal().setZero();
  const Vector<double> rows = means.rowwise().sum();
  const double total = means.sum();
  const double four = (total * total - 4 * rows.squaredNorm() + 2 * means.squaredNorm()) / quadruples;
  return {(products.sum() - products.trace()) / pairs - 2 * through / triples + four,
          (squares.sum() * squares.sum() - squares.squaredNorm()) / pairs -
              2 * (squares.array() * (total - 2 * rows.array())).sum() / triples + four};
}

std::optional<double> log_ratio(const Traces& traces) {
  if (traces.of_square <= 0 || traces.squared <= 0) return std::nullopt;
  return std::log(traces.squared / traces.of_square);
}

}  // namespace

double participation_ratio(const Matrix<double>& covariance) {
  return covariance.trace() * covariance.trace() / covariance.squaredNorm();
}

DimensionEstimate dimension_of(const std::vector<Matrix<double>>& activity) {
  const ProductsOnOneThread products;
  const auto R = activity.size();
  require_parameter(R >= 5, "samples", fmt::format("{}", R), "a dimension needs at least 5 runs");
  const Index N = activity[0].rows(), T = activity[0].cols();
  Matrix<double> all(N, T * static_cast<Index>(R));
  for (std::size_t run = 0; run < R; ++run) all.middleCols(static_cast<Index>(run) * T, T) = activity[run];
  const Vector<double> mean = all.rowwise().mean();
  const double size = all.squaredNorm();
  all.colwise() -= mean;  // the estimates do not depend on it; their rounding errors do

  DimensionEstimate estimate;
  const Matrix<double> covariance = all * all.transpose() / static_cast<double>(std::max<Index>(1, all.cols() - 1));
  estimate.eigenvalues = symmetric_eigenvalues_of(covariance).reverse().cwiseMax(0);
  estimate.uncorrected = 0;
  if (all.squaredNorm() <= 1e-20 * size) return estimate;  // nothing but rounding errors
  estimate.uncorrected = participation_ratio(covariance);

  auto centred = activity;
  for (auto& run : centred) run.colwise() -= mean;
  const auto known = moments(centred);
  std::vector<Index> runs(R);
  std::iota(runs.begin(), runs.end(), 0);
  const auto log = log_ratio(unbiased(known, runs, known.through));
  if (!log) return estimate;
  estimate.participation_ratio = Estimate{std::exp(*log)};
  Vector<double> left_out(static_cast<Index>(R));
  for (std::size_t run = 0; run < R; ++run) {
    look_aside();
    auto others = runs;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(run));
    const auto without = log_ratio(unbiased(known, others, known.through - known.with(static_cast<Index>(run))));
    if (!without) return estimate;
    left_out(static_cast<Index>(run)) = *without;
  }
  const auto interval = student_interval(*log, jackknife_error(left_out), static_cast<double>(R - 1));
  estimate.participation_ratio->interval = {std::exp(interval.low), std::exp(interval.high)};
  return estimate;
}

}  // namespace stillpoint
