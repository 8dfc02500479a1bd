// The equations of a network between two steps, and what learning needs of them: sim/networks/ has one file per kind.
//
//   x(t+1) from x(t) and the drive u(t), by an integrator (flows: dx/dt) or at once (maps)
//   f      what is kept of the drive, in its place: phi(u), u, or activated gates
//   r(x)   the rates: what the recurrent weights act on, and what is read out unless the state is
//   v      tau dr/dt: the change that temporal consistency opposes; d = dv/du at fixed x
//
// The backward form of plasticity/rules/backward_filter.cpp asks for pull_back and rate_back, so that no rule names a
// network. Networks with one state and one drive per neuron offer the factors of it as well:
//
//   a = dx(t+1)/dx(t) at fixed u,   c = dx(t+1)/du(t),   kappa = dr/dx at the recurrent weights, rho at the readout
//
// Slopes are computed from values: f and r are what the forward pass stored.
#pragma once

#include <memory>
#include <stdexcept>

#include "sim/network.hpp"

namespace stillpoint {

enum class Method { euler, exponential_euler, rk4, dopri5 };

/// How time advances. Learning needs a method with an exact discrete adjoint: euler or exponential_euler.
struct Integration {
  Method method = Method::euler;
  double dt_ms = 5;
  double tolerance = 1e-8;  // dopri5: absolute and relative

  bool has_adjoint() const { return method == Method::euler || method == Method::exponential_euler; }
};

/// Shapes: x, q: D x B; u, f, signal: U x B; r, v: N x B.
template <class Scalar>
class Dynamics {
 public:
  virtual ~Dynamics() = default;

  /// A map makes x(t+1) by `map`; a flow has `derivative`.
  virtual bool is_map() const = 0;
  /// r = x: no copy is kept.
  virtual bool rate_is_state() const { return false; }
  /// The readout and temporal consistency see x, not r.
  virtual bool reads_state() const { return false; }
  /// c is the same for every neuron, trial and step: eligibility traces factorise.
  virtual bool has_constant_gain() const { return false; }

  /// u -> f in place.
  virtual void activate(MatrixRef<Scalar> u) const = 0;
  /// r of x.
  virtual void rate(MatrixView<Scalar> x, MatrixRef<Scalar> r) const = 0;
  /// dx/dt [1/ms]
  virtual void derivative(MatrixView<Scalar> /*x*/, MatrixView<Scalar> /*f*/, MatrixRef<Scalar> /*dxdt*/) const {
    throw std::logic_error("a map has no derivative");
  }
  /// x(t) -> x(t+1) in place.
  virtual void map(MatrixView<Scalar> /*f*/, MatrixRef<Scalar> /*x*/) const { throw std::logic_error("a flow"); }
  /// v = tau dr/dt
  virtual void change(MatrixView<Scalar> x, MatrixView<Scalar> r, MatrixView<Scalar> f, MatrixRef<Scalar> v) const = 0;

  /// One step back: q, dL/dx(t+1) when it comes, is dL/dx(t) at fixed u(t) when it goes; signal is set to dL/du(t).
  virtual void pull_back(MatrixView<Scalar> x, MatrixView<Scalar> f, MatrixRef<Scalar> q,
                         MatrixRef<Scalar> signal) const = 0;
  /// q += (dr/dx)^T back, with back = dL/dr
  virtual void rate_back(MatrixView<Scalar> r, MatrixRef<Scalar> back, MatrixRef<Scalar> q) const = 0;
  /// state = (dv/dx)^T w at fixed u, drive = (dv/du)^T w at fixed x; w: N x B
  virtual void change_back(MatrixView<Scalar> x, MatrixView<Scalar> r, MatrixView<Scalar> f, MatrixView<Scalar> w,
                           MatrixRef<Scalar> state, MatrixRef<Scalar> drive) const = 0;

  // Networks with one state and one drive per neuron (NetworkKind::acts_on_rates):
  /// target *= c
  virtual void multiply_step_gain(MatrixView<Scalar> /*f*/, MatrixRef<Scalar> /*target*/) const { no_factors(); }
  /// target *= kappa
  virtual void multiply_rate_gain(MatrixView<Scalar> /*r*/, MatrixRef<Scalar> /*target*/) const { no_factors(); }
  /// target *= rho
  void multiply_readout_gain(MatrixView<Scalar> r, MatrixRef<Scalar> target) const {
    if (!reads_state()) multiply_rate_gain(r, target);
  }
  /// target *= d
  virtual void multiply_change_gain(MatrixView<Scalar> /*r*/, MatrixView<Scalar> /*f*/,
                                    MatrixRef<Scalar> /*target*/) const {
    no_factors();
  }
  /// Tangent of q = v * d at one state, x, r, f: N x 1, along k directions of x and u, N x k.
  virtual void postsynaptic_tangent(MatrixView<Scalar> /*x*/, MatrixView<Scalar> /*r*/, MatrixView<Scalar> /*f*/,
                                    MatrixView<Scalar> /*dx*/, MatrixView<Scalar> /*du*/,
                                    MatrixRef<Scalar> /*dq*/) const {
    no_factors();
  }

  /// [ms], one per neuron; of a map its step
  const Vector<Scalar>& tau_ms() const { return tau_ms_; }
  /// a, D entries
  virtual const Vector<Scalar>& leak() const { return leak_; }
  /// What a unit of f moves x by in a step: 1 - a of a leaky network, 1 of a map.
  const Vector<Scalar>& alpha() const { return alpha_; }

 protected:
  Vector<Scalar> tau_ms_, alpha_, leak_;

 private:
  [[noreturn]] static void no_factors() { throw std::logic_error("this network's steps have no factors"); }
};

template <class Scalar>
std::unique_ptr<Dynamics<Scalar>> make_dynamics(const Network<Scalar>& network, const Integration& integration);

/// Throws UserError unless the method is euler: a map is not integrated.
void require_map_method(const std::string& kind, const Integration& integration);

/// Options integration.*
std::vector<Option> integration_options();
Integration make_integration(const Options& options);
/// "euler", "exponential_euler", "rk4", "dopri5"
const std::vector<std::string>& method_names();
Method method_from(const std::string& name);

}  // namespace stillpoint
