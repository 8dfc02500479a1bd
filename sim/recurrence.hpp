// u += W z and q += W^T s, whatever W is made of (sim/network.hpp), with the memory that factors need.
#pragma once

#include "sim/network.hpp"
#include "sim/parts.hpp"

namespace stillpoint {

template <class Scalar>
class Recurrence {
 public:
  /// target += W z; O(N R) per column where W is the product of factors and has no bulk.
  void add(const Network<Scalar>& network, MatrixView<Scalar> z, MatrixRef<Scalar> target) {
    if (!network.has_factors()) {
      add_product(network.W, z, target);
      return;
    }
    projected_.noalias() = network.V.transpose() * z;
    projected_ /= static_cast<Scalar>(network.size());
    target.noalias() += network.M * projected_;
    if (network.bulk.size() > 0) add_product(network.bulk, z, target);
  }

 private:
  Matrix<Scalar> projected_;  // R x B
};

/// The weights as they are when it is loaded, transposed: the product with a transposed matrix is slower.
template <class Scalar>
class TransposedRecurrence {
 public:
  void load(const Network<Scalar>& network) {
    const auto& dense = network.has_factors() ? network.bulk : network.W;
    W_transposed_ = dense.transpose();
    M_transposed_ = network.M.transpose() / static_cast<Scalar>(network.size());
    V_ = network.V;
  }
  /// target += W^T s
  void add(MatrixView<Scalar> s, MatrixRef<Scalar> target) {
    if (W_transposed_.size() > 0) add_product(W_transposed_, s, target);
    if (V_.size() == 0) return;
    projected_.noalias() = M_transposed_ * s;
    target.noalias() += V_ * projected_;
  }

 private:
  Matrix<Scalar> W_transposed_, M_transposed_, V_, projected_;
};

}  // namespace stillpoint
