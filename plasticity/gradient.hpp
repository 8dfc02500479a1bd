// The gradient of the loss, one array per array of weights, and what a rule may read to compute it.
#pragma once

#include "sim/simulation.hpp"

namespace stillpoint {

template <class Scalar>
struct Gradient {
  Matrix<Scalar> W, W_in;
  Vector<Scalar> b;
  Matrix<Scalar> W_out;
  Vector<Scalar> b_out;
  Matrix<Scalar> M, V;   // where W is the product of factors: set by to_factors
  Vector<Scalar> A, r0;  // where the network has them: of rules that reach them
};

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

/// Calls use(name, weights, gradient) for each array that learns, both flat.
template <class Scalar, class Use>
void for_each_array(Network<Scalar>& network, Gradient<Scalar>& gradient, Use&& use) {
  const auto flat = [](auto& array) { return Eigen::Map<Vector<Scalar>>(array.data(), array.size()); };
  use("W", flat(network.W), flat(gradient.W));
  use("W_in", flat(network.W_in), flat(gradient.W_in));
  use("b", flat(network.b), flat(gradient.b));
  use("W_out", flat(network.W_out), flat(gradient.W_out));
  use("b_out", flat(network.b_out), flat(gradient.b_out));
  use("M", flat(network.M), flat(gradient.M));
  use("V", flat(network.V), flat(gradient.V));
  use("A", flat(network.A), flat(gradient.A));
  use("r0", flat(network.r0), flat(gradient.r0));
}
constexpr std::size_t number_of_arrays = 9;

/// Zeros of the network's shapes. W is full size for factors as well: rules do not know of them.
template <class Scalar>
void set_zero(Gradient<Scalar>& gradient, const Network<Scalar>& network) {
  gradient.W.setZero(network.b.size(), network.size());
  gradient.W_in.setZero(network.W_in.rows(), network.W_in.cols());
  gradient.b.setZero(network.b.size());
  gradient.W_out.setZero(network.W_out.rows(), network.W_out.cols());
  gradient.b_out.setZero(network.b_out.size());
  gradient.M.setZero(network.M.rows(), network.M.cols());
  gradient.V.setZero(network.V.rows(), network.V.cols());
  gradient.A.setZero(network.A.size());
  gradient.r0.setZero(network.r0.size());
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

/// All arrays one after the other: W, W_in, b, W_out, b_out, M, V, A, r0.
template <class Scalar>
Vector<Scalar> flattened(const Gradient<Scalar>& gradient) {
  Vector<Scalar> all(gradient.W.size() + gradient.W_in.size() + gradient.b.size() + gradient.W_out.size() +
                     gradient.b_out.size() + gradient.M.size() + gradient.V.size() + gradient.A.size() +
                     gradient.r0.size());
  all << gradient.W.reshaped(), gradient.W_in.reshaped(), gradient.b, gradient.W_out.reshaped(), gradient.b_out,
      gradient.M.reshaped(), gradient.V.reshaped(), gradient.A, gradient.r0;
  return all;
}

}  // namespace stillpoint
