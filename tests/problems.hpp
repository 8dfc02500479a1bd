// Systems whose solution is known without the library, and literal transcriptions of the model's equations.
//
// The transcriptions are loops over indices, one trial at a time, with std:: functions and a Runge-Kutta rule of their
// own: they share no code with sim/ or plasticity/ beyond the plain values Network and TrialSet, and with
// plasticity/check the functions phi and phi'.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <random>

#include "experiments/study/study.hpp"
#include "plasticity/check/literal_network.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "tests/catch.hpp"

namespace stillpoint::problems {

using Array = Matrix<double>;
using Column = Vector<double>;

inline Array normal_array(Index rows, Index columns, std::uint64_t seed, double scale = 1) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  return Array::NullaryExpr(rows, columns, [&] { return scale * normal(generator); });
}

template <class A, class B>
double largest_difference(const A& a, const B& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  return (a.template cast<double>() - b.template cast<double>()).cwiseAbs().maxCoeff();
}

/// Bit by bit; a failed comparison does not print the arrays.
template <class A, class B>
bool identical(const A& a, const B& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() && (a.array() == b.array()).all();
}

/// log2 of the ratio of two errors: the order of a method whose step was halved in between.
inline double order(double error, double error_at_half_step) { return std::log2(error / error_at_half_step); }

// ---- phi, by the standard library

inline double phi(Nonlinearity kind, double u) { return literal_phi(kind, u); }
inline double slope(Nonlinearity kind, double u) { return literal_slope(kind, u); }

// ---- networks and trials

/// W_ij ~ N(0, g^2/N), two input channels, two outputs, biases, a time constant per neuron, a fixed initial state.
inline Network<double> random_network(const std::string& kind, Nonlinearity phi_kind, Index N, double gain,
                                      std::uint64_t seed) {
  Network<double> network;
  network.kind = kind;
  network.nonlinearity = phi_kind;
  network.W = normal_array(N, N, seed, gain / std::sqrt(static_cast<double>(N)));
  network.W_in = normal_array(N, 2, seed + 1);
  network.b = normal_array(N, 1, seed + 2, 0.2);
  network.W_out = normal_array(2, N, seed + 3, 1 / std::sqrt(static_cast<double>(N)));
  network.b_out = normal_array(2, 1, seed + 4, 0.2);
  network.tau_ms = Column::LinSpaced(N, 40, 100);
  network.r0 = normal_array(N, 1, seed + 5, 0.4);
  if (kind != "leaky_current")
    for (auto& r : network.r0) r = phi(phi_kind, r);
  return network;
}

/// The same input at all steps; one column per trial.
inline TrialSet<double> held_trials(const Array& input, Index steps) {
  auto trials = TrialSet<double>::zeros(input.rows(), 2, steps, input.cols());
  for (Index t = 0; t < steps; ++t) trials.inputs.middleCols(t * input.cols(), input.cols()) = input;
  return trials;
}
/// Normal input, new at every step.
inline TrialSet<double> noisy_trials(Index channels, Index steps, Index batch, std::uint64_t seed) {
  auto trials = TrialSet<double>::zeros(channels, 2, steps, batch);
  trials.inputs = normal_array(channels, steps * batch, seed, 0.5);
  return trials;
}

/// The columns of one trial, from any array with column t*B + b.
template <class Scalar>
Matrix<Scalar> of_trial(const Matrix<Scalar>& array, Index batch, Index trial) {
  Matrix<Scalar> one(array.rows(), array.cols() / batch);
  for (Index t = 0; t < one.cols(); ++t) one.col(t) = array.col(t * batch + trial);
  return one;
}

template <class Scalar>
Trajectory<Scalar> simulate(const Network<Scalar>& network, const Integration& integration,
                            const TrialSet<Scalar>& trials, Synapse<Scalar>& synapse, const Noise& noise = {},
                            TrialKey key = {}) {
  Simulation<Scalar> simulation(network, integration, noise);
  simulation.keep_current(integration.has_adjoint());
  return simulation.run(trials, key, synapse);
}
template <class Scalar>
Trajectory<Scalar> simulate(const Network<Scalar>& network, const Integration& integration,
                            const TrialSet<Scalar>& trials) {
  Synapse<Scalar> none;
  return simulate(network, integration, trials, none);
}

template <class Scalar = double>
std::unique_ptr<Synapse<Scalar>> synapse_for(const Network<Scalar>& network, const Integration& integration,
                                             Index steps, const Assignments& assignments, const Noise& noise = {}) {
  const Options options = resolve_options(assignments);
  return synapse_model(options).make<Scalar>(synapse_context(network, integration, noise, steps));
}

// ---- the equations, index by index; a state y holds x, then the synapses' state

/// dy/dt [1/ms] at one step.
using Derivative = std::function<Column(Index step, const Column& y)>;

/// W_in s(t) + b of one trial, N x T
inline Array held_input(const Network<double>& network, const TrialSet<double>& trials, Index trial) {
  Array held(network.size(), trials.steps);
  for (Index t = 0; t < trials.steps; ++t)
    for (Index i = 0; i < network.size(); ++i) {
      held(i, t) = network.b(i);
      for (Index k = 0; k < network.inputs(); ++k)
        held(i, t) += network.W_in(i, k) * trials.inputs(k, trials.column(t, trial));
    }
  return held;
}

inline double rate_of(const Network<double>& network, double x) {
  return network.kind == "leaky_current" ? phi(network.nonlinearity, x) : x;
}
/// tau dx/dt, given the drive
inline double pull(const Network<double>& network, double x, double u) {
  return (network.kind == "leaky_current" ? u : phi(network.nonlinearity, u)) - x;
}

/// y = x
inline Derivative static_network(const Network<double>& network, const Array& held) {
  return [=, &network](Index step, const Column& x) {
    Column change(x.size());
    for (Index i = 0; i < x.size(); ++i) {
      double u = held(i, step);
      for (Index j = 0; j < x.size(); ++j) u += network.W(i, j) * rate_of(network, x(j));
      change(i) = pull(network, x(i), u) / network.tau_ms(i);
    }
    return change;
  };
}

struct TcrConstants {
  double beta, tau_s_ms;
};
/// y = (x, S by columns):  tau_s dS_ij/dt = -S_ij - (beta/N) v_i d_i r_j
inline Derivative network_with_tcr(const Network<double>& network, const Array& held, TcrConstants tcr) {
  return [=, &network](Index step, const Column& y) {
    const Index N = network.size();
    Column change(y.size());
    for (Index i = 0; i < N; ++i) {
      double u = held(i, step);
      for (Index j = 0; j < N; ++j) u += (network.W(i, j) + y(N + j * N + i)) * rate_of(network, y(j));
      const double towards = pull(network, y(i), u);
      const bool current = network.kind == "leaky_current";
      const double d = slope(network.nonlinearity, current ? y(i) : u), v = current ? d * towards : towards;
      change(i) = towards / network.tau_ms(i);
      for (Index j = 0; j < N; ++j) {
        const bool exists = network.mask.size() == 0 || network.mask(i, j) != 0;
        const double grow = exists ? -tcr.beta / static_cast<double>(N) * v * d * rate_of(network, y(j)) : 0;
        change(N + j * N + i) = (-y(N + j * N + i) + grow) / tcr.tau_s_ms;
      }
    }
    return change;
  };
}

struct TsodyksMarkramConstants {
  double use = 0.2, tau_f_ms = 1500, tau_d_ms = 200, f_max_hz = 20;
  bool normalised = true;
  /// Presynaptic rate per ms.
  double firing(const Network<double>& network, double r) const {
    return (network.nonlinearity == Nonlinearity::tanh ? f_max_hz * (r + 1) / 2 : f_max_hz * r) / 1000;
  }
  double steady_use(double f) const { return use * (1 + tau_f_ms * f) / (1 + use * tau_f_ms * f); }
  double steady_resource(double f) const { return 1 / (1 + tau_d_ms * steady_use(f) * f); }
};
/// y = (x, use, resource)
inline Derivative network_with_tsodyks_markram(const Network<double>& network, const Array& held,
                                               TsodyksMarkramConstants c) {
  return [=, &network](Index step, const Column& y) {
    const Index N = network.size();
    const double rest = c.firing(network, 0),
                 scale = c.normalised ? 1 / (c.steady_use(rest) * c.steady_resource(rest)) : 1;
    Column change(y.size());
    for (Index i = 0; i < N; ++i) {
      double u = held(i, step);
      for (Index j = 0; j < N; ++j) u += network.W(i, j) * scale * y(N + j) * y(2 * N + j) * rate_of(network, y(j));
      change(i) = pull(network, y(i), u) / network.tau_ms(i);
      const double f = c.firing(network, rate_of(network, y(i))), use = y(N + i), resource = y(2 * N + i);
      change(N + i) = (c.use - use) / c.tau_f_ms + c.use * (1 - use) * f;
      change(2 * N + i) = (1 - resource) / c.tau_d_ms - use * resource * f;
    }
    return change;
  };
}
/// y at trial start
inline Column with_resting_synapses(const Network<double>& network, const TsodyksMarkramConstants& c) {
  const Index N = network.size();
  const double rest = c.firing(network, 0);
  Column y(3 * N);
  y << network.r0, Column::Constant(N, c.steady_use(rest)), Column::Constant(N, c.steady_resource(rest));
  return y;
}
inline Column with_zero_synapses(const Network<double>& network) {
  const Index N = network.size();
  Column y = Column::Zero(N + N * N);
  y.head(N) = network.r0;
  return y;
}

/// Explicit Euler by hand: column t is y(t), t = 0 .. steps.
inline Array euler_path(const Derivative& derivative, const Column& start, Index steps, double dt_ms) {
  Array path(start.size(), steps + 1);
  path.col(0) = start;
  for (Index t = 0; t < steps; ++t) path.col(t + 1) = path.col(t) + dt_ms * derivative(t, path.col(t));
  return path;
}
/// The state after `duration_ms` of constant input, by the classical Runge-Kutta rule with `steps` small steps.
inline Column converged(const Derivative& derivative, const Column& start, double duration_ms, int steps) {
  const double h = duration_ms / steps;
  Column y = start;
  for (int n = 0; n < steps; ++n) {
    const Column k1 = derivative(0, y), k2 = derivative(0, y + h / 2 * k1), k3 = derivative(0, y + h / 2 * k2),
                 k4 = derivative(0, y + h * k3);
    y += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return y;
}

// ---- a linear network: relu neurons that stay above threshold

/// All weights, inputs and states positive, so that phi(u) = u and phi(x) = x throughout.
inline Network<double> linear_network(const std::string& kind, std::uint64_t seed) {
  auto network = random_network(kind, Nonlinearity::relu, 5, 0.3, seed);
  network.W = network.W.cwiseAbs();
  network.W_in = network.W_in.cwiseAbs();
  network.b.setConstant(0.5);
  network.r0 = network.r0.array().abs() + 0.5;
  return network;
}
/// Exact: one leaky neuron under a held attractor.
inline double leak(double x, double attractor, double dt_ms, double tau_ms) {
  return attractor + (x - attractor) * std::exp(-dt_ms / tau_ms);
}

}  // namespace stillpoint::problems
