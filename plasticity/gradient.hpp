// The gradient of the loss with respect to a network's weights, and what a rule may read to compute it.
#pragma once

#include "sim/simulation.hpp"

namespace stillpoint {

/// W, W_in and b by the rule, W_out and b_out by the readout; M and V set by to_factors; A and r0 of rules that reach
/// them. Arrays at zero or empty do not change.
template <class Scalar>
using Gradient = Weights<Scalar>;

/// A loss on the trajectory itself, beside the task's: what it adds to dL/dx(t) at fixed u(t), D x T*B, and to dL/du(t)
/// at fixed x(t), U x T*B.
template <class Scalar>
struct DirectTerms {
  Matrix<Scalar> state, drive;
};

/// What a rule may read after a trial set. error: e = 2 m (y_hat - y) / sum m, O x T*B, column block t for the output
/// at x(t+1). feedback: F, N x O; the learning signal is l = F e. direct: of a loss on the trajectory, or nullptr.
template <class Scalar>
struct TrialSetView {
  const Simulation<Scalar>& simulation;
  const TrialSet<Scalar>& trials;
  const Matrix<Scalar>& error;
  const Matrix<Scalar>& feedback;
  const DirectTerms<Scalar>* direct = nullptr;
};

/// Calls use(name, weights, gradient) for each array that may learn, both as one long vector.
template <class Scalar, class Use>
void for_each_flat_array(Network<Scalar>& network, Gradient<Scalar>& gradient, Use&& use) {
  for_each_learning_array(
      [&](const ArrayTraits& array, auto& weights, auto& g) { use(array.name, flat(weights), flat(g)); }, network,
      gradient);
}

/// Zeros of the network's shapes. W is full size for factors as well: rules do not know of them.
template <class Scalar>
void set_zero(Gradient<Scalar>& gradient, const Network<Scalar>& network) {
  for_each_learning_array(
      [](const ArrayTraits&, const auto& weights, auto& g) { g.setZero(weights.rows(), weights.cols()); }, network,
      gradient);
  gradient.W.setZero(network.b.size(), network.size());
}

/// The chain rule from W = M V^T / N + bulk to its factors: G_M = G V / N, G_V = G^T M / N; G itself is let go.
template <class Scalar>
void to_factors(const Network<Scalar>& network, Gradient<Scalar>& gradient) {
  if (!network.has_factors()) return;
  const auto by_size = static_cast<Scalar>(1) / static_cast<Scalar>(network.size());
  gradient.M.noalias() = by_size * gradient.W * network.V;
  gradient.V.noalias() = by_size * gradient.W.transpose() * network.M;
  gradient.W.resize(0, 0);
}

/// All arrays one after the other, in the order of for_each_learning_array.
template <class Scalar>
Vector<Scalar> flattened(const Gradient<Scalar>& gradient) {
  Vector<Scalar> all(0);
  for_each_learning_array(
      [&](const ArrayTraits&, const auto& g) {
        const Index before = all.size();
        all.conservativeResize(before + g.size());
        all.tail(g.size()) = g.reshaped();
      },
      gradient);
  return all;
}

}  // namespace stillpoint
