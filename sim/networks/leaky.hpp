// The step of the leaky networks.
//
//   tau dx/dt = -x + f,     r = rate(x)
//
//   leaky_rate     f = phi(u), r = x            (Haputhanthri et al. 2025, arXiv:2502.07256)
//   leaky_current  f = u,      r = phi(x)       (Sompolinsky, Crisanti & Sommers 1988, doi:10.1103/PhysRevLett.61.259)
//   rnn_map        leaky_rate with alpha = 1: x(t+1) = phi(u)
//
// One held step of euler or exponential euler is x(t+1) = (1 - alpha) x(t) + alpha f(u(t)), with alpha = dt/tau or
// 1 - exp(-dt/tau): a = 1 - alpha, c = alpha df/du, rho = kappa = dr/dx.
#pragma once

#include "sim/dynamics.hpp"
#include "sim/networks/networks.hpp"
#include "sim/random.hpp"

namespace stillpoint {

template <class Scalar>
class Leaky : public Dynamics<Scalar> {
 public:
  enum class State { rate, current };
  /// Throws UserError when dt > tau.
  Leaky(const Network<Scalar>& network, const Integration& integration, State state);

  bool is_map() const override { return false; }
  bool rate_is_state() const override { return rate_ == Nonlinearity::identity; }
  bool has_constant_gain() const override { return input_ == Nonlinearity::identity && shared_tau_; }

  void activate(MatrixRef<Scalar> u) const override { apply<Scalar>(input_, u); }
  void rate(MatrixView<Scalar> x, MatrixRef<Scalar> r) const override {
    r = x;
    apply<Scalar>(rate_, r);
  }
  void derivative(MatrixView<Scalar> x, MatrixView<Scalar> f, MatrixRef<Scalar> dxdt) const override {
    dxdt.array() = (f - x).array().colwise() * rate_per_ms_.array();
  }
  void change(MatrixView<Scalar> x, MatrixView<Scalar> r, MatrixView<Scalar> f, MatrixRef<Scalar> v) const override {
    v = f - x;
    multiply_by_slope<Scalar>(rate_, r, v);
  }

  void pull_back(MatrixView<Scalar>, MatrixView<Scalar> f, MatrixRef<Scalar> q,
                 MatrixRef<Scalar> signal) const override {
    signal = q;
    multiply_step_gain(f, signal);
    q.array().colwise() *= this->leak_.array();
  }
  void rate_back(MatrixView<Scalar> r, MatrixRef<Scalar> back, MatrixRef<Scalar> q) const override {
    multiply_rate_gain(r, back);
    q += back;
  }
  // dv/dx at fixed u: -1 for leaky_rate, phi''(x)(u - x) - phi'(x) for leaky_current
  void change_back(MatrixView<Scalar> x, MatrixView<Scalar> r, MatrixView<Scalar> f, MatrixView<Scalar> w,
                   MatrixRef<Scalar> state, MatrixRef<Scalar> drive) const override {
    drive = w;
    if (rate_is_state())
      state = -w;
    else
      with_policy(rate_, [&](auto phi) {
        using Phi = decltype(phi);
        state.array() = w.array() * (Phi::curvature(r.array()) * (f - x).array() - Phi::slope(r.array()));
      });
    multiply_change_gain(r, f, drive);
  }

  void multiply_step_gain(MatrixView<Scalar> f, MatrixRef<Scalar> target) const override {
    multiply_by_slope<Scalar>(input_, f, target);
    target.array().colwise() *= this->alpha_.array();
  }
  void multiply_rate_gain(MatrixView<Scalar> r, MatrixRef<Scalar> target) const override {
    multiply_by_slope<Scalar>(rate_, r, target);
  }
  void multiply_change_gain(MatrixView<Scalar> r, MatrixView<Scalar> f, MatrixRef<Scalar> target) const override {
    multiply_by_slope<Scalar>(input_, f, target);
    multiply_by_slope<Scalar>(rate_, r, target);
  }
  // q = kappa^2 s (f - x) with kappa = dr/dx and s = df/du
  void postsynaptic_tangent(MatrixView<Scalar> x, MatrixView<Scalar> r, MatrixView<Scalar> f, MatrixView<Scalar> dx,
                            MatrixView<Scalar> du, MatrixRef<Scalar> dq) const override {
    Vector<Scalar> kappa = Vector<Scalar>::Ones(x.rows()), s = kappa, kappa_slope = kappa, s_slope = kappa;
    multiply_by_slope<Scalar>(rate_, r, kappa);
    multiply_by_slope<Scalar>(input_, f, s);
    multiply_by_curvature<Scalar>(rate_, r, kappa_slope);
    multiply_by_curvature<Scalar>(input_, f, s_slope);
    const Vector<Scalar> gap = f - x, kappa_squared = kappa.array().square();
    const Vector<Scalar> of_x = s.array() *
                                (2 * gap.array() * kappa.array() * kappa_slope.array() - kappa_squared.array()),
                         of_u = kappa_squared.array() * (s.array().square() + gap.array() * s_slope.array());
    dq = of_x.asDiagonal() * dx;
    dq += of_u.asDiagonal() * du;
  }

 private:
  Nonlinearity input_, rate_;
  Vector<Scalar> rate_per_ms_;
  bool shared_tau_;
};

const ParameterList<RateParameters>& rate_list();
const ParameterList<TauParameters>& tau_list();
/// Set what they say; throw ParameterError where it contradicts itself.
void set_rates(Network<double>& network, const RateParameters& rates);
void draw_taus(Network<double>& network, Index size, const TauParameters& taus, Stream& stream);

}  // namespace stillpoint
