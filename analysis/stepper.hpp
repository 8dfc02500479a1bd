// Steps of a dynamical system, and of vectors tangent to its path: what exponents, cycles and free runs are made of.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "analysis/system.hpp"

namespace stillpoint {

/// The Jacobian at a state, or a smaller matrix with its eigenvalues but for one that many directions share.
struct Linearisation {
  Matrix<double> matrix;  // [1/ms] of a flow; of a map, of its step
  double shared = 0;      // that eigenvalue
  Index directions = 0;   // that share it
};

struct LatentEquations;

/// A system in D dimensions by functions of its state alone: a network under constant input, or one from a textbook.
struct Equations {
  Index dimension = 0;
  bool map = false;
  double step_ms = 1;  // of a map
  /// dx/dt [1/ms] of a flow, x(t+1) of a map; D x B -> D x B
  std::function<Matrix<double>(const Matrix<double>& x)> value;
  /// Its Jacobian at the state x times q; D x k -> D x k
  std::function<Matrix<double>(const Vector<double>& x, const Matrix<double>& q)> tangent;
  /// Where most of the state is a synapse's (analysis/points/joint_equations.hpp), what stands for the Jacobian itself
  /// and for Newton's method on all of x; empty: these.
  std::function<Linearisation(const Vector<double>& x)> linearised = {};
  std::function<std::optional<Vector<double>>(const Vector<double>& x)> rest = {};
  /// Nothing, or what searches for cycles and exponents look at instead.
  std::shared_ptr<const LatentEquations> latent = {};
};

/// A few variables z with a law of their own; the other directions leak, each alike and without a bearing on z
/// (equations_with_latent, analysis/points/latent_equation.hpp).
struct LatentEquations {
  Equations equations;                                           // of z
  Equations leak;                                                // of one of the others, without a tangent
  std::function<Vector<double>(const Vector<double>& x)> of;     // z
  std::function<Vector<double>(const Vector<double>& z)> state;  // a state whose z it is
};

/// The system must outlive what is returned.
Equations equations_of(const System& system);
Linearisation linearisation_of(const Equations& equations, const Vector<double>& x);

class Stepper {
 public:
  /// dt_ms > 0 and the method, euler or rk4, are those of a flow; a map has its own step.
  explicit Stepper(Equations equations, Method method = Method::rk4, double dt_ms = 1);

  const Equations& equations() const { return equations_; }
  Index dimension() const { return equations_.dimension; }
  bool map() const { return equations_.map; }
  double dt_ms() const { return dt_ms_; }
  /// The same with another step [ms]; of a flow.
  Stepper with_step(double dt_ms) const { return Stepper(equations_, method_, dt_ms); }
  /// Steps of what is latent, if anything is.
  std::optional<Stepper> latent() const;
  /// What a step leaves of a direction that leaks, beside what is latent.
  double kept_by_leak() const;
  /// Steps in a duration, rounded.
  Index steps(double duration_ms) const;

  /// x, D x B, one step on.
  void advance(Matrix<double>& x) const;
  /// A state and k vectors, D x k, at once: q becomes the derivative of this very step times q.
  void advance(Vector<double>& x, Matrix<double>& q) const;

 private:
  /// One step of x by the right-hand side F.
  template <class Right>
  void step(const Right& F, Matrix<double>& x) const;

  Equations equations_;
  Method method_;
  double dt_ms_;
};

/// Without bound: not finite, or beyond 10^6. Where a run ends there, neither at rest nor on a cycle.
bool has_diverged(const Matrix<double>& x);
/// Norms of it can be taken: nothing is beyond 10^100.
bool has_finite_squares(const Matrix<double>& x);
/// Throws UserError where it has none.
void require_bounded(const Matrix<double>& x);
/// Throws ParameterError unless the duration [ms] is a number >= 0.
void require_duration(const std::string& name, double duration_ms);

/// Steps of a network: of a flow by euler, exponential_euler or rk4; dt_ms = 0 is a tenth of the shortest time
/// constant. Throws UserError when dt_ms is negative, or beyond the shortest time constant, or on another method.
Stepper network_stepper(const System& system, Method method = Method::rk4, double dt_ms = 0);

/// The same for equations whose first entries leak with tau_ms: exponential_euler is for these, the others make an
/// Euler step.
Stepper leaky_stepper(Equations equations, const Vector<double>& tau_ms, Method method = Method::rk4, double dt_ms = 0);

}  // namespace stillpoint
