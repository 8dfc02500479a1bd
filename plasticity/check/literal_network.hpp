// The quantities of one recorded step, one neuron at a time, by the standard library.
#pragma once

#include <cmath>

#include "plasticity/check/literal_rules.hpp"

namespace stillpoint {

inline double literal_phi(Nonlinearity kind, double u) {
  switch (kind) {
    case Nonlinearity::identity:
      return u;
    case Nonlinearity::tanh:
      return std::tanh(u);
    case Nonlinearity::relu:
      return u > 0 ? u : 0;
    case Nonlinearity::softplus:
      return u > 0 ? u + std::log1p(std::exp(-u)) : std::log1p(std::exp(u));
    case Nonlinearity::logistic:
      return 1 / (1 + std::exp(-u));
  }
  return NAN;
}

/// phi'(u)
inline double literal_slope(Nonlinearity kind, double u) {
  switch (kind) {
    case Nonlinearity::identity:
      return 1;
    case Nonlinearity::tanh:
      return 1 / (std::cosh(u) * std::cosh(u));
    case Nonlinearity::relu:
      return u > 0 ? 1 : 0;
    case Nonlinearity::softplus:
      return 1 / (1 + std::exp(-u));
    case Nonlinearity::logistic:
      return 1 / (2 + 2 * std::cosh(u));
  }
  return NAN;
}

/// phi''(u)
inline double literal_curvature(Nonlinearity kind, double u) {
  switch (kind) {
    case Nonlinearity::identity:
    case Nonlinearity::relu:
      return 0;
    case Nonlinearity::tanh:
      return -2 * std::tanh(u) / (std::cosh(u) * std::cosh(u));
    case Nonlinearity::softplus:
      return 1 / (2 + 2 * std::cosh(u));
    case Nonlinearity::logistic:
      return -std::tanh(u / 2) / (2 + 2 * std::cosh(u));
  }
  return NAN;
}

/// i, j: neurons; k: input channel; o: output; t: step; b: trial.
struct LiteralNetwork {
  const Recorded& recorded;
  const Network<double>& network = recorded.network;
  const Trajectory<double>& run = recorded.run;
  const TrialSet<double>& trials = recorded.trials;
  const Nonlinearity phi = network.nonlinearity;
  const bool current = network.kind == "leaky_current" || network.kind == "low_rank_current",
             plrnn = network.kind == "plrnn";
  const Matrix<double> W = network.recurrent();

  double x(Index i, Index t, Index b) const { return run.state(i, t * run.batch + b); }
  double r(Index i, Index t, Index b) const { return current || plrnn ? literal_phi(phi, x(i, t, b)) : x(i, t, b); }
  /// What the readout sees.
  double read(Index i, Index t, Index b) const { return plrnn ? x(i, t, b) : r(i, t, b); }
  /// Its derivative with respect to x_i.
  double rho(Index i, Index t, Index b) const { return current ? literal_slope(phi, x(i, t, b)) : 1; }
  /// What reaches a synapse of neuron j: its rate times its short-term efficacy.
  double z(Index j, Index t, Index b) const {
    return (run.efficacy.size() > 0 ? run.efficacy(j, t * run.batch + b) : 1) * r(j, t, b);
  }
  double s(Index k, Index t, Index b) const { return trials.inputs(k, t * run.batch + b); }
  /// y_hat_o(t+1)
  double y_hat(Index o, Index t, Index b) const {
    double sum = network.b_out(o);
    for (Index j = 0; j < network.size(); ++j) sum += network.W_out(o, j) * read(j, t + 1, b);
    return sum;
  }
  /// dL/dy_hat_o(t+1), L = sum m |y_hat - y|^2 / sum m
  double error(Index o, Index t, Index b) const {
    const Index column = t * run.batch + b;
    return 2 * trials.mask(o, column) * (y_hat(o, t, b) - trials.targets(o, column)) / trials.mask.sum();
  }
  double u(Index i, Index t, Index b) const {
    double sum = network.b(i);
    for (Index j = 0; j < network.size(); ++j) sum += W(i, j) * z(j, t, b);
    for (Index k = 0; k < network.inputs(); ++k) sum += network.W_in(i, k) * s(k, t, b);
    for (Index o = 0; o < network.W_fb.cols(); ++o) sum += network.W_fb(i, o) * y_hat(o, t - 1, b);
    if (run.current.size() > 0) sum += run.current(i, t * run.batch + b);
    return sum;
  }
  /// x(t+1) = (1 - alpha) x(t) + alpha f(u(t))
  double alpha(Index i) const {
    if (network.kind == "rnn_map") return 1;
    if (plrnn) return 1 - network.A(i);
    const double steps = recorded.integration.dt_ms / network.tau_ms(i);
    return recorded.integration.method == Method::exponential_euler ? 1 - std::exp(-steps) : steps;
  }
  /// dx_i(t+1)/du_i(t), given u_i(t)
  double c(Index i, double u) const { return plrnn ? 1 : alpha(i) * (current ? 1 : literal_slope(phi, u)); }
  /// v = tau dr/dt, and its derivatives with respect to u (at fixed x) and x (at fixed u)
  double v(Index i, double x, double u) const {
    if (plrnn) return u - alpha(i) * x;
    return current ? literal_slope(phi, x) * (u - x) : literal_phi(phi, u) - x;
  }
  double dv_du(double x, double u) const { return plrnn ? 1 : literal_slope(phi, current ? x : u); }
  double dv_dx(Index i, double x, double u) const {
    if (plrnn) return -alpha(i);
    return current ? literal_curvature(phi, x) * (u - x) - literal_slope(phi, x) : -1;
  }
};

}  // namespace stillpoint
