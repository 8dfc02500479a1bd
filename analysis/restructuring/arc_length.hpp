// The curve of fixed points (x, s) along a path, in the lengths of continuation.hpp: factorisation, tangent, corrector.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/points/newton.hpp"
#include "analysis/points/same_point.hpp"
#include "analysis/restructuring/continuation.hpp"
#include "sim/linear_algebra.hpp"

namespace stillpoint {

/// y = (x / scale, s)
class ArcLength {
 public:
  ArcLength(const NetworkPath& path, const Vector<double>& x)
      : path_(path),
        D_(x.size()),
        scale_(std::sqrt(static_cast<double>(D_)) * std::max(1.0, x.norm() / std::sqrt(static_cast<double>(D_)))) {}

  Vector<double> join(const FixedPointBranch::Sample& at) const {
    return (Vector<double>(D_ + 1) << at.x / scale_, at.s).finished();
  }
  FixedPointBranch::Sample split(const Vector<double>& y) const { return {y.head(D_) * scale_, y(D_)}; }
  Vector<double> along_s() const { return Vector<double>::Unit(D_ + 1, D_); }

  LU factor(const Vector<double>& y, const Vector<double>& row) const {
    const auto at = split(y);
    Matrix<double> A(D_ + 1, D_ + 1);
    A.topLeftCorner(D_, D_) = scale_ * velocity_jacobian(path_.at(at.s), at.x);
    A.topRightCorner(D_, 1) = path_.change(at.x, at.s);
    A.bottomRows(1) = row.transpose();
    return LU(A);
  }
  /// Unit tangent, forward with respect to the row of the factorisation.
  Vector<double> tangent(const LU& at) const { return at.solve(along_s()).normalized(); }

  /// Newton's method in the plane through y across `row`; `given`: a factorisation near by, with that row.
  std::optional<Vector<double>> correct(const Vector<double>& start, const Vector<double>& row, const LU* given) const {
    Vector<double> y = start, residual(D_ + 1);
    std::optional<LU> own;
    double length = INFINITY, share = INFINITY;  // of the last correction, and in the one before it
    for (int iteration = 0; iteration < 12; ++iteration) {
      const auto at = split(y);
      residual << path_.at(at.s).velocity(at.x), row.dot(y - start);
      if (!residual.allFinite()) return {};
      if (residual.head(D_).cwiseAbs().maxCoeff() <= tolerance * magnitude_of(at.x)) return y;
      if (!given && (!own || share > reuse_below)) own = factor(y, row);
      const Vector<double> step = (given ? *given : *own).solve(residual);
      if (!step.allFinite()) return {};
      y -= step;
      share = step.norm() / length;
      length = step.norm();
      if (share > reuse_below) given = nullptr;
    }
    return {};
  }

 private:
  static constexpr double tolerance = 1e-12;  // of the residual
  static constexpr double reuse_below =
      0.2;  // a correction is this share of the one before: a factorisation goes on serving

  const NetworkPath& path_;
  Index D_;
  double scale_;
};

}  // namespace stillpoint
