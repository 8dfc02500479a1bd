// Sums of exponentials and a constant, fitted by weighted least squares.
#pragma once

#include <limits>

#include "sim/types.hpp"

namespace stillpoint {

/// Values at rising positions x > 0.
struct WeightedPoints {
  Vector<double> x, value, weight;
};

/// sum_k amplitude_k exp(-x / tau_k) + constant, with positive amplitudes and rising tau.
struct ExponentialSum {
  Vector<double> tau, amplitude;
  double constant = 0;
  double misfit = std::numeric_limits<double>::infinity();  // weighted sum of squares

  Vector<double> at(const Vector<double>& x) const;
  double misfit_to(const WeightedPoints& points) const;
  bool found() const { return misfit < std::numeric_limits<double>::infinity(); }
  /// Whether there is a nearest one, and none of its tau is at an end of the range searched.
  bool inside(const WeightedPoints& points) const;
};

/// The nearest with `terms` (0, 1 or 2) exponentials, tau from a quarter to the last x, the second 1.5 times the first
/// or more: amplitudes and constant are linear, tau by a grid in its logarithm, refined. Not found where amplitudes
/// would not be positive.
ExponentialSum fit_exponentials(const WeightedPoints& points, int terms);

}  // namespace stillpoint
