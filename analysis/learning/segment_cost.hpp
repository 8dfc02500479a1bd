// Cost of the segments that analysis/learning/change_point is made of.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

/// Residual sums of squares of any segment in constant time, from cumulated sums.
class SegmentCost {
 public:
  SegmentCost(const Matrix<double>& values, const Vector<double>& rho, const Vector<double>& weight,
              bool autoregressive)
      : first_(autoregressive ? 1 : 0), rho_(rho), weight_(weight), z_(values.rows(), values.cols()) {
    const Index T = values.cols();
    z_ = values.colwise() - values.rowwise().mean();  // keeps digits
    if (autoregressive) {
      z_.rightCols(T - 1) -= (rho.asDiagonal() * z_.leftCols(T - 1)).eval();
      z_.col(0).setZero();
    }
    sum_ = Matrix<double>::Zero(z_.rows(), T + 1);
    square_ = sum_;
    for (Index t = 0; t < T; ++t) {
      sum_.col(t + 1) = sum_.col(t) + z_.col(t);
      square_.col(t + 1) = square_.col(t) + z_.col(t).cwiseAbs2();
    }
  }
  /// Of z from the segment's samples [begin, end); the z that straddles its beginning is left out.
  double residual(Index series, Index begin, Index end) const {
    const Index from = begin + first_;
    if (end - from < 2) return 0;
    const double sum = sum_(series, end) - sum_(series, from);
    return std::max(0.0, square_(series, end) - square_(series, from) - sum * sum / static_cast<double>(end - from));
  }
  double operator()(Index begin, Index end) const {
    double cost = 0;
    for (Index j = 0; j < z_.rows(); ++j) cost += weight_(j) * residual(j, begin, end);
    return cost;
  }
  /// Of [begin, end) cut at `change`, the z that straddles it included: its mean is mu_after - rho mu_before.
  double cut(Index begin, Index change, Index end) const {
    if (first_ == 0) return (*this)(begin, change) + (*this)(change, end);
    double cost = 0;
    for (Index j = 0; j < z_.rows(); ++j) {
      const double rho = rho_(j), keep = 1 - rho, straddling = z_(j, change);
      const Eigen::Vector2d product(keep * (sum_(j, change) - sum_(j, begin + 1)) - rho * straddling,
                                    keep * (sum_(j, end) - sum_(j, change + 1)) + straddling);
      const double before = keep * keep * static_cast<double>(change - begin - 1) + rho * rho,
                   after = keep * keep * static_cast<double>(end - change - 1) + 1,
                   determinant = before * after - rho * rho;
      const double explained =
          (after * product(0) * product(0) + 2 * rho * product(0) * product(1) + before * product(1) * product(1)) /
          determinant;
      cost += weight_(j) * std::max(0.0, square_(j, end) - square_(j, begin + 1) - explained);
    }
    return cost;
  }
  /// The best place of a change within [begin, end).
  Index best_cut(Index begin, Index end, Index shortest) const {
    Index best = begin + shortest;
    double least = std::numeric_limits<double>::infinity();
    for (Index s = best; s + shortest <= end; ++s)
      if (const double cost = cut(begin, s, end); cost < least) {
        least = cost;
        best = s;
      }
    return best;
  }

 private:
  Index first_;
  Vector<double> rho_, weight_;
  Matrix<double> z_, sum_, square_;
};

/// 0, the changes, and the number of samples.
inline std::vector<Index> bounds_of(const std::vector<Index>& changes, Index samples) {
  std::vector<Index> bounds{0};
  bounds.insert(bounds.end(), changes.begin(), changes.end());
  bounds.push_back(samples);
  return bounds;
}

}  // namespace stillpoint
