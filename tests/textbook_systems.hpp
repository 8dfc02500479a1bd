// Systems of the literature as equations; their unit of time is a second.
#pragma once

#include "analysis/stepper.hpp"

namespace stillpoint::testing {

/// From one state at a time. `value` in units of the system's time; a map's step is one second.
inline Equations textbook(Index dimension, bool map, std::function<Vector<double>(const Vector<double>&)> value,
                          std::function<Matrix<double>(const Vector<double>&)> jacobian) {
  Equations equations;
  equations.dimension = dimension;
  equations.map = map;
  equations.step_ms = 1000;
  const double unit = map ? 1 : 1e-3;
  equations.value = [=](const Matrix<double>& x) {
    Matrix<double> result(x.rows(), x.cols());
    for (Index b = 0; b < x.cols(); ++b) result.col(b) = unit * value(x.col(b));
    return result;
  };
  equations.tangent = [=](const Vector<double>& x, const Matrix<double>& q) -> Matrix<double> {
    return unit * jacobian(x) * q;
  };
  return equations;
}

inline Equations linear(const Matrix<double>& A, bool map = false) {
  return textbook(
      A.rows(), map, [=](const Vector<double>& x) -> Vector<double> { return A * x; },
      [=](const Vector<double>&) { return A; });
}

/// Lorenz 1963 at sigma 10, rho 28, beta 8/3.
inline Equations lorenz() {
  return textbook(
      3, false,
      [](const Vector<double>& x) -> Vector<double> {
        return Eigen::Vector3d(10 * (x(1) - x(0)), x(0) * (28 - x(2)) - x(1), x(0) * x(1) - 8. / 3 * x(2));
      },
      [](const Vector<double>& x) -> Matrix<double> {
        Matrix<double> J(3, 3);
        J << -10, 10, 0, 28 - x(2), -1, -x(0), x(1), x(0), -8. / 3;
        return J;
      });
}

/// Roessler 1976 at a = b = .2; chaotic at c = 5.7, one stable cycle below c = 2.8.
inline Equations roessler(double c = 5.7) {
  return textbook(
      3, false,
      [c](const Vector<double>& x) -> Vector<double> {
        return Eigen::Vector3d(-x(1) - x(2), x(0) + 0.2 * x(1), 0.2 + x(2) * (x(0) - c));
      },
      [c](const Vector<double>& x) -> Matrix<double> {
        Matrix<double> J(3, 3);
        J << 0, -1, -1, 1, 0.2, 0, x(2), 0, x(0) - c;
        return J;
      });
}

/// Henon 1976 at a = 1.4, b = .3.
inline Equations henon() {
  return textbook(
      2, true,
      [](const Vector<double>& x) -> Vector<double> {
        return Eigen::Vector2d(1 - 1.4 * x(0) * x(0) + x(1), 0.3 * x(0));
      },
      [](const Vector<double>& x) -> Matrix<double> {
        Matrix<double> J(2, 2);
        J << -2.8 * x(0), 1, 0.3, 0;
        return J;
      });
}

/// In polar coordinates dr/dt = r growth(r^2), dtheta/dt = turning(r^2), given these and their derivatives.
inline Equations rotation(std::function<double(double)> growth, std::function<double(double)> growth_slope,
                          std::function<double(double)> turning, std::function<double(double)> turning_slope) {
  const auto matrix = [](double a, double w) {
    Matrix<double> G(2, 2);
    G << a, -w, w, a;
    return G;
  };
  return textbook(
      2, false,
      [=](const Vector<double>& x) -> Vector<double> {
        const double s = x.squaredNorm();
        return matrix(growth(s), turning(s)) * x;
      },
      [=](const Vector<double>& x) -> Matrix<double> {
        const double s = x.squaredNorm();
        return matrix(growth(s), turning(s)) + matrix(growth_slope(s), turning_slope(s)) * x * (2 * x.transpose());
      });
}

/// Normal form of the Hopf bifurcation: dr/dt = mu r - r^3, dtheta/dt = omega + b r^2. A cycle of radius sqrt(mu),
/// period 2 pi / (omega + b mu) and multiplier exp(-2 mu period).
inline Equations hopf(double mu, double omega, double b) {
  return rotation([=](double s) { return mu - s; }, [](double) { return -1.; }, [=](double s) { return omega + b * s; },
                  [=](double) { return b; });
}

}  // namespace stillpoint::testing
