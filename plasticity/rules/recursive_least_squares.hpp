// Recursive least squares in double, the engine of the FORCE rules.
//
//   k = P r,   c = 1 / (1 + r^T k),   P -= c k k^T,   M -= c (M r - target) k^T,   P(0) = I / a
//
// After any number of samples M is the ridge regression towards its start: argmin sum |M r - target|^2 + a |M - M(0)|^2
// (Haykin 2002, Adaptive Filter Theory, chapter 9).
#pragma once

#include "sim/kept_state.hpp"

namespace stillpoint {

class RecursiveLeastSquares {
 public:
  void begin(Index size, double a) { P_ = Matrix<double>::Identity(size, size) / a; }
  bool begun() const { return P_.size() > 0; }
  /// Bytes that it holds of so many neurons.
  static double memory(double size) { return sizeof(double) * size * size; }

  /// Takes in the sample r; afterwards `gain()` is c k, and a matrix M changes by -(M r - target) gain^T.
  void take(const Vector<double>& r) {
    k_.noalias() = P_ * r;
    gain_ = k_ / (1 + r.dot(k_));
    P_.noalias() -= gain_ * k_.transpose();
  }
  const Vector<double>& gain() const { return gain_; }
  void keep(KeptState& state) { state(P_); }

 private:
  Matrix<double> P_;
  Vector<double> k_, gain_;
};

}  // namespace stillpoint
