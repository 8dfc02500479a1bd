// The straight path between two networks of one kind, and the spectra along it.
#pragma once

#include "analysis/points/stability.hpp"

namespace stillpoint {

/// theta(s) = (1 - s) A + s B, every array of parameters: weights, biases, time constants; of a low-rank network the
/// factors M and V themselves, so that their product is quadratic in s.
class NetworkPath {
 public:
  /// The two networks must outlive the path. Throws UserError where kinds, nonlinearities, steps or shapes differ, and
  /// as System does.
  NetworkPath(const Network<double>& a, const Network<double>& b, const Vector<double>& input, System::As as);

  /// B to A: s of the one is 1 - s of the other.
  NetworkPath reversed() const { return NetworkPath(b_, a_, input_, as_); }
  /// Any s; a little beyond [0, 1] serves differences.
  Network<double> network(double s) const;
  System at(double s) const { return System(network(s), input_, as_); }
  System::As as() const { return as_; }
  /// D
  Index dimension() const { return dimension_; }
  /// dF/ds at fixed x, F the velocity: the central difference over 2e-5, whose error is 1e-10 of the third derivative.
  Vector<double> change(const Vector<double>& x, double s) const;

 private:
  const Network<double>&a_, &b_;
  Vector<double> input_;
  System::As as_;
  Index dimension_;
};

/// Eigenvalues where the velocity has the Jacobian `dFdx`: of a flow those of tau_ref T^-1 dF/dx, of a map the
/// multipliers, those of 1 + dF/dx. By falling growth, conjugate pairs side by side.
Eigen::VectorXcd ordered_spectrum(const System& system, const Matrix<double>& dFdx);

}  // namespace stillpoint
