#include "sim/recurrence.hpp"

#include "sim/parts.hpp"

namespace stillpoint {

template <class Scalar>
void Recurrence<Scalar>::add(const Network<Scalar>& network, MatrixView<Scalar> z, MatrixRef<Scalar> target) {
  if (!network.has_factors()) {
    add_product(network.W, z, target);
    return;
  }
  projected_.noalias() = network.V.transpose() * z;
  projected_ /= static_cast<Scalar>(network.size());
  target.noalias() += network.M * projected_;
  if (network.bulk.size() > 0) add_product(network.bulk, z, target);
}

template <class Scalar>
void TransposedRecurrence<Scalar>::load(const Network<Scalar>& network) {
  const auto& dense = network.has_factors() ? network.bulk : network.W;
  W_transposed_ = dense.transpose();
  M_transposed_ = network.M.transpose() / static_cast<Scalar>(network.size());
  V_ = network.V;
}

template <class Scalar>
void TransposedRecurrence<Scalar>::add(MatrixView<Scalar> s, MatrixRef<Scalar> target) {
  if (W_transposed_.size() > 0) add_product(W_transposed_, s, target);
  if (V_.size() == 0) return;
  projected_.noalias() = M_transposed_ * s;
  target.noalias() += V_ * projected_;
}

template class Recurrence<float>;
template class Recurrence<double>;
template class TransposedRecurrence<float>;
template class TransposedRecurrence<double>;

}  // namespace stillpoint
