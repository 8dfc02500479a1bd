// Zeros of a system's velocity F by Newton's method with the analytic Jacobian, in double.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "analysis/system.hpp"

namespace stillpoint {

/// F and its Jacobian, where they are not those of a System.
struct Velocity {
  std::function<Vector<double>(const Vector<double>&)> value;
  std::function<Matrix<double>(const Vector<double>&)> jacobian;
};
/// The system must outlive what is returned.
Velocity velocity_of(const System& system);

/// max|F| / max(1, max|x|)
double residual_of(const Velocity& velocity, const Vector<double>& x);
double residual_of(const System& system, const Vector<double>& x);

struct NewtonSetting {
  /// Backtracking until |F| falls; where it does not, once `descend`, below. Without it whole steps, which for a
  /// piecewise-linear network are the search by regions: solve in the region of x, move to the solution.
  bool damped = true;
  int iterations = 100;
  double tolerance = 1e-12;  // of the residual
};

/// Where the iteration from `start` (D entries) ends, or nothing where it stalls or diverges. Where J is singular a
/// step is the shortest of those that minimise |J dx + F|.
///
/// `known`: roots that it must not end in. F is multiplied by prod_k (c/d_k^2 + 1), d_k^2 = |x - x_k|^2 / D (deflation,
/// Farrell, Birkisson & Funke 2015, doi:10.1137/140984798), c = 1 / the number of known roots, so that many of
/// them do not drive the search to infinity. The deflated step is the plain one times a number, so that one
/// factorisation of the Jacobian serves both; whole steps that pay are repeated with the factorisation they came from.
std::optional<Vector<double>> find_root(const Velocity& velocity, Vector<double> start,
                                        const std::vector<Vector<double>>& known = {}, const NewtonSetting& = {});
std::optional<Vector<double>> find_root(const System& system, Vector<double> start,
                                        const std::vector<Vector<double>>& known = {}, const NewtonSetting& = {});

/// dF/dx of a flow or a map, D x D.
Matrix<double> velocity_jacobian(const System& system, const Vector<double>& x);

/// Levenberg-Marquardt on |F|^2 until a step takes less than 1 % of |F| away, or the residual is at most `enough`: gets
/// past points where J is singular, at which Newton's method stalls, and ends near a zero or a local minimum of |F|.
Vector<double> descend(const Velocity& velocity, Vector<double> x, double enough);
Vector<double> descend(const System& system, Vector<double> x, double enough);

}  // namespace stillpoint
