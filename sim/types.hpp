// Axes, units and aliases used everywhere.
//
//   N neurons, K input channels, O outputs, B trials in a batch, T time steps. Times in ms.
//   State at one step: N x B. A whole trial set: N x (T*B), column t*B + b holds step t of trial b, so that a sum over
//   time and trials is one matrix product. W: row = postsynaptic, column = presynaptic neuron.
#pragma once

#include <Eigen/Core>

namespace stillpoint {

using Index = Eigen::Index;

template <class Scalar>
using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
template <class Scalar>
using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

/// A matrix argument that may be a block of columns of a larger matrix; nothing is copied.
template <class Scalar>
using MatrixRef = Eigen::Ref<Matrix<Scalar>>;
template <class Scalar>
using MatrixView = const Eigen::Ref<const Matrix<Scalar>>&;

}  // namespace stillpoint
