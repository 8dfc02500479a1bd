// The equations of the leaky networks, and the factors that learning needs of them.
//
//   tau dx/dt = -x + f,     r = rate(x)
//
//   leaky_rate     f = phi(u), r = x            (Haputhanthri et al. 2025)
//   leaky_current  f = u,      r = phi(x)       (Sompolinsky, Crisanti & Sommers 1988, doi:10.1103/PhysRevLett.61.259)
//   rnn_map        leaky_rate with alpha = 1: x(t+1) = phi(u)
//
// One held step of euler or exponential euler is x(t+1) = (1 - alpha) x(t) + alpha f(u(t)), with alpha = dt/tau or
// 1 - exp(-dt/tau). A rule needs four factors of it (the backward form of plasticity/rules/backward_filter.cpp):
//
//   a = 1 - alpha = dx(t+1)/dx(t) at fixed u,   c = dx(t+1)/du(t),   rho = dr/dx at the readout,   kappa = dr/dx at the
//   recurrent weights (here rho = kappa)
//
// so that no rule names a network. Slopes are computed from values: f and r are what the forward pass stored.
#pragma once

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

template <class Scalar>
class Dynamics {
 public:
  /// Throws UserError when dt > tau, or when a map is asked to be integrated by another method than euler.
  Dynamics(const Network<Scalar>& network, const Integration& integration);

  bool rate_is_state() const { return rate_ == Nonlinearity::identity; }
  /// c is the same for every neuron, trial and step: eligibility traces factorise.
  bool has_constant_gain() const { return input_ == Nonlinearity::identity && shared_tau_; }
  const Vector<Scalar>& tau_ms() const { return tau_ms_; }
  const Vector<Scalar>& alpha() const { return alpha_; }
  /// a = 1 - alpha
  const Vector<Scalar>& leak() const { return leak_; }

  /// u -> f in place, N x B.
  void attract(MatrixRef<Scalar> u) const { apply<Scalar>(input_, u); }
  /// x -> r in place.
  void rate(MatrixRef<Scalar> x) const { apply<Scalar>(rate_, x); }
  /// dx/dt [1/ms]
  void derivative(MatrixView<Scalar> x, MatrixView<Scalar> f, MatrixRef<Scalar> dxdt) const {
    dxdt.array() = (f - x).array().colwise() * rate_per_ms_.array();
  }
  /// target *= c
  void multiply_step_gain(MatrixView<Scalar> f, MatrixRef<Scalar> target) const {
    multiply_by_slope<Scalar>(input_, f, target);
    target.array().colwise() *= alpha_.array();
  }
  /// target *= rho (= kappa)
  void multiply_rate_gain(MatrixView<Scalar> r, MatrixRef<Scalar> target) const {
    multiply_by_slope<Scalar>(rate_, r, target);
  }
  /// v = tau dr/dt: the change that temporal consistency opposes
  void change(MatrixView<Scalar> x, MatrixView<Scalar> r, MatrixView<Scalar> f, MatrixRef<Scalar> v) const {
    v = f - x;
    multiply_by_slope<Scalar>(rate_, r, v);
  }
  /// target *= d, the gain of v with respect to u
  void multiply_change_gain(MatrixView<Scalar> r, MatrixView<Scalar> f, MatrixRef<Scalar> target) const {
    multiply_by_slope<Scalar>(input_, f, target);
    multiply_by_slope<Scalar>(rate_, r, target);
  }
  /// target = dv/dx at fixed u: -1 for leaky_rate, phi''(x)(u - x) - phi'(x) for leaky_current
  void change_state_gain(MatrixView<Scalar> x, MatrixView<Scalar> r, MatrixView<Scalar> f,
                         MatrixRef<Scalar> target) const {
    if (rate_is_state()) {
      target.setConstant(-1);
      return;
    }
    with_policy(rate_, [&](auto phi) {
      using Phi = decltype(phi);
      target.array() = Phi::curvature(r.array()) * (f - x).array() - Phi::slope(r.array());
    });
  }

 private:
  Nonlinearity input_, rate_;
  Vector<Scalar> tau_ms_, rate_per_ms_, alpha_, leak_;
  bool shared_tau_;
};

/// Options integration.*
std::vector<Option> integration_options();
Integration make_integration(const Options& options);
/// "euler", "exponential_euler", "rk4", "dopri5"
const std::vector<std::string>& method_names();
Method method_from(const std::string& name);

}  // namespace stillpoint
