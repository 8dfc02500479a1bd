// The gradient of the loss, one array per array of weights, and the readout's share of it, which every gradient rule
// has.
#pragma once

#include "sim/simulation.hpp"

namespace stillpoint {

template <class Scalar>
struct Gradient {
  Matrix<Scalar> W, W_in;
  Vector<Scalar> b;
  Matrix<Scalar> W_out;
  Vector<Scalar> b_out;
};

/// What a rule may read after a trial set. error: e = 2 m (y_hat - y) / sum m, O x T*B, column block t for the output
/// at x(t+1). feedback: F, N x O; the learning signal is l = F e.
template <class Scalar>
struct Lesson {
  const Simulation<Scalar>& simulation;
  const TrialSet<Scalar>& trials;
  const Matrix<Scalar>& error;
  const Matrix<Scalar>& feedback;
};

/// G_out = sum e r^T, g_out = sum e.
template <class Scalar>
void readout_gradient(const Lesson<Scalar>& lesson, Gradient<Scalar>& gradient) {
  const auto& run = lesson.simulation.trajectory();
  gradient.W_out.noalias() = lesson.error * run.rates().rightCols(run.steps * run.batch).transpose();
  gradient.b_out = lesson.error.rowwise().sum();
}

/// Calls use(name, weights, gradient) for each array that learns, both flat.
template <class Scalar, class Use>
void for_each_array(Network<Scalar>& network, Gradient<Scalar>& gradient, Use&& use) {
  const auto flat = [](auto& array) { return Eigen::Map<Vector<Scalar>>(array.data(), array.size()); };
  use("W", flat(network.W), flat(gradient.W));
  use("W_in", flat(network.W_in), flat(gradient.W_in));
  use("b", flat(network.b), flat(gradient.b));
  use("W_out", flat(network.W_out), flat(gradient.W_out));
  use("b_out", flat(network.b_out), flat(gradient.b_out));
}

}  // namespace stillpoint
