// What the forward rules (RTRL and its estimates) need of a finished step t, with theta = (W, W_in, b) as N x J, J = N
// + K + 1, and z~ = (z, s, 1):
//
//   dx(t+1)/dtheta = J(t) dx(t)/dtheta + c(t) z~(t)     J = diag(1 - alpha) + diag(c) W diag(a kappa)
//   dL/dtheta      = sum_t rho(t+1) l(t+1) dx(t+1)/dtheta + direct(t) dx(t)/dtheta + drive(t) z~(t)
//   direct(t)      = state(t) + a kappa W^T drive(t)
//
// state and drive: of a loss on the trajectory itself (dL/dx at fixed u, dL/du), absent for the task's.
#pragma once

#include "plasticity/rule.hpp"

namespace stillpoint {

template <class Scalar>
struct ForwardStep {
  Matrix<Scalar> product;      // N x N: W, where it is the product of factors
  Matrix<Scalar> presynaptic;  // J x B: z~(t)
  Matrix<Scalar> gain;         // N x B: c(t)
  Matrix<Scalar> slope;        // N x B: a(t) kappa(t), presynaptic side of the Jacobian
  Matrix<Scalar> signal;       // N x B: rho(t+1) l(t+1)
  Matrix<Scalar> direct;       // N x B, where there is a loss on the trajectory

  /// Numbers that it holds.
  static double numbers(const Sizes& of) { return (of.N + of.K + 1 + 4 * of.N) * of.B + 2 * of.N * of.N; }
  /// W as it is now.
  const Matrix<Scalar>& weights(const Network<Scalar>& network) {
    if (!network.has_factors()) return network.W;
    return product = network.recurrent();
  }
  void set(Index t, const TrialSetView<Scalar>& view, MatrixView<Scalar> error) {
    const auto& run = view.simulation.trajectory();
    const auto& dynamics = view.simulation.dynamics();
    const Index N = run.state.rows(), B = run.batch;
    presynaptic.resize(N + view.trials.inputs.rows() + 1, B);
    presynaptic << run.presynaptic_factor().middleCols(t * B, B), view.trials.inputs.middleCols(t * B, B),
        Matrix<Scalar>::Ones(1, B);
    gain.setOnes(N, B);
    dynamics.multiply_step_gain(run.at(run.activation, t), gain);
    slope.setOnes(N, B);
    dynamics.multiply_rate_gain(run.at(run.rates(), t), slope);
    if (run.efficacy.size() > 0) slope.array() *= run.at(run.efficacy, t).array();
    signal.noalias() = view.feedback * error;
    dynamics.multiply_readout_gain(run.at(run.rates(), t + 1), signal);
    if (view.direct) {
      direct.noalias() = weights(view.simulation.network()).transpose() * run.at(view.direct->drive, t);
      direct.array() = direct.array() * slope.array() + run.at(view.direct->state, t).array();
    }
  }
  /// J(t) of trial b.
  Matrix<Scalar> jacobian(const TrialSetView<Scalar>& view, Index b) {
    Matrix<Scalar> J = gain.col(b).asDiagonal() * weights(view.simulation.network()) * slope.col(b).asDiagonal();
    J.diagonal() += view.simulation.dynamics().leak();
    return J;
  }
};

/// G (N x J) into the gradient's arrays.
template <class Scalar>
void split_by_source(MatrixView<Scalar> G, Gradient<Scalar>& gradient) {
  const Index N = G.rows(), K = G.cols() - N - 1;
  gradient.W = G.leftCols(N);
  gradient.W_in = G.middleCols(N, K);
  gradient.b = G.col(N + K);
}

}  // namespace stillpoint
