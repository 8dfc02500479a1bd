#include "analysis/statistics/separation.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

/// Every other column, from the first (0) or the second (1) on.
Matrix<double> half(const Matrix<double>& samples, Index from) {
  return samples(Eigen::all, Eigen::seq(from, Eigen::last, 2));
}

double variance_of(const Vector<double>& values) {
  return (values.array() - values.mean()).square().sum() / static_cast<double>(values.size() - 1);
}

}  // namespace

Separation separation_of(const Matrix<double>& first, const Matrix<double>& second) {
  for (const auto* samples : {&first, &second})
    require_parameter(samples->cols() >= 4, "samples", fmt::format("{}", samples->cols()), "must be 4 or more");
  Separation result;
  result.axis = half(second, 0).rowwise().mean() - half(first, 0).rowwise().mean();
  if (const double length = result.axis.norm(); length > 0) result.axis /= length;
  const Vector<double> a = half(first, 1).transpose() * result.axis, b = half(second, 1).transpose() * result.axis;
  result.distance = b.mean() - a.mean();
  const double spread = std::sqrt((variance_of(a) + variance_of(b)) / 2);
  const double scale = std::max(a.cwiseAbs().maxCoeff(), b.cwiseAbs().maxCoeff());
  if (!(spread > 1e-12 * scale)) return result;  // rounding
  const auto n1 = static_cast<double>(a.size()), n2 = static_cast<double>(b.size());
  const double f = n1 + n2 - 2, d = (1 - 3 / (4 * f - 1)) * result.distance / spread;
  const double error = std::sqrt(1 / n1 + 1 / n2 + d * d / (2 * f));
  result.d_prime = normal_interval(d, error);
  return result;
}

Drift drift_of(const Vector<double>& before, const Vector<double>& after, double seconds) {
  const Index n = before.size();
  require_parameter(n >= 3 && after.size() == n, "samples", fmt::format("{}", n),
                    "must be 3 or more, before and after");
  require_parameter(std::isfinite(seconds) && seconds > 0, "duration", fmt::format("{} s", seconds), "must be above 0");
  const auto count = static_cast<double>(n);
  const Vector<double> moved = after - before;
  // Leaving sample b out takes n/(n-1) (y_b - mean)^2 from the sum of squares.
  const auto squares = [&](const Vector<double>& y) { return (y.array() - y.mean()).square().matrix().eval(); };
  const Vector<double> grown = squares(after) - squares(before);
  const double growth = grown.sum() / (count - 1);
  const Vector<double> without = (grown.sum() - count / (count - 1) * grown.array()) / (count - 2);
  return {student_interval(moved.mean() / seconds, std::sqrt(variance_of(moved) / count) / seconds, count - 1),
          student_interval(growth / seconds, jackknife_error(without) / seconds, count - 1)};
}

}  // namespace stillpoint
