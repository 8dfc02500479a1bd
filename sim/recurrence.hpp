// u += W z and q += W^T s, whatever W is made of (sim/network.hpp), with the memory that factors need.
#pragma once

#include "sim/network.hpp"

namespace stillpoint {

template <class Scalar>
class Recurrence {
 public:
  /// target += W z; O(N R) per column where W is the product of factors and has no bulk.
  void add(const Network<Scalar>& network, MatrixView<Scalar> z, MatrixRef<Scalar> target);

 private:
  Matrix<Scalar> projected_;  // R x B
};

/// The weights as they are when it is loaded, transposed: the product with a transposed matrix is slower.
template <class Scalar>
class TransposedRecurrence {
 public:
  void load(const Network<Scalar>& network);
  /// target += W^T s
  void add(MatrixView<Scalar> s, MatrixRef<Scalar> target);

 private:
  Matrix<Scalar> W_transposed_, M_transposed_, V_, projected_;
};

}  // namespace stillpoint
