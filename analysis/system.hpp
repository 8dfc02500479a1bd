// A network under constant input, as the dynamical system that the analyses look at: its state and nothing else.
//
//   flow   tau dx/dt = F(x)            leaky networks as equations, whatever step they were trained with
//   map    x(t+1) = G(x(t))            networks in discrete time; leaky ones as their explicit Euler step makes them
//
// "velocity" is F for a flow, G(x) - x for a map: zero at a fixed point of either.
#pragma once

#include <memory>

#include "sim/dynamics.hpp"
#include "sim/recurrence.hpp"

namespace stillpoint {

class System {
 public:
  enum class As { flow, map };
  /// How the network was trained: a map where its kind is one or where it has a dt_ms, a flow otherwise.
  static As as_trained(const Network<double>& network);

  /// input: K values, held. Throws UserError when their number is wrong, when a map is asked to be a flow, and when a
  /// leaky network without dt_ms is asked to be a map.
  System(const Network<double>& network, const Vector<double>& input, As as);
  System(const System&) = delete;  // its dynamics look at its network
  System& operator=(const System&) = delete;

  As as() const { return as_; }
  const Network<double>& network() const { return network_; }
  /// D, entries of the state.
  Index dimension() const { return dimension_; }
  /// [ms], one per entry of the state: the membrane's of a flow, the step of a map.
  const Vector<double>& tau_ms() const { return tau_ms_; }
  /// Geometric mean of tau [ms].
  double reference_tau_ms() const;
  /// W_in s + b: what the drive holds beside the recurrent weights.
  const Vector<double>& constant() const { return constant_; }

  /// D x B -> D x B
  Matrix<double> velocity(const Matrix<double>& x) const;
  /// G(x), D x B; of a flow x + dt F / tau with the dt given.
  Matrix<double> next(const Matrix<double>& x, double dt_ms = 0) const;
  /// dF/dx of a flow, dG/dx of a map, at one state; D x D.
  Matrix<double> jacobian(const Vector<double>& x) const;
  /// jacobian(x) q, D x k, at the price of a product with W: 2 N^2 k operations (of an lstm by its Jacobian).
  Matrix<double> tangent(const Vector<double>& x, const Matrix<double>& q) const;
  /// What the readout sees of states, N x B.
  Matrix<double> read(const Matrix<double>& x) const;

  // Parts, for equations with a synapse, which changes what the recurrent weights act on (NetworkKind::acts_on_rates).
  const Dynamics<double>& dynamics() const { return *dynamics_; }
  /// u of states x where the recurrent weights act on z; N x B.
  Matrix<double> drive(const Matrix<double>& x, const Matrix<double>& z) const;
  /// du along dx, with dr and dz of rates and z; N x k.
  Matrix<double> drive_tangent(const Matrix<double>& dx, const Matrix<double>& dr, const Matrix<double>& dz) const;
  /// dx/dt [1/ms] of a flow, G of a map, of states x whose activated drive is f; N x B.
  Matrix<double> moved(const Matrix<double>& x, const Matrix<double>& f) const;
  /// jacobian(x) q along dx and du instead of q, at one f; N x k.
  Matrix<double> tangent(const Matrix<double>& f, const Matrix<double>& dx, const Matrix<double>& du) const;

 private:
  Matrix<double> kept_drive(const Matrix<double>& x, Matrix<double>& r) const;  // f
  // d x(t+1) / d x(t), D x D
  Matrix<double> step_from_factors(const Vector<double>& x) const;
  Matrix<double> step_back(const Vector<double>& x) const;

  Network<double> network_;
  As as_;
  Index dimension_;
  std::unique_ptr<Dynamics<double>> dynamics_;
  Vector<double> tau_ms_, constant_;  // constant: W_in s + b
};

}  // namespace stillpoint
