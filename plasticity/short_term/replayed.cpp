#include "plasticity/short_term/short_term.hpp"

namespace stillpoint {

template <class Scalar>
void ReplayedSynapse<Scalar>::load(const Trajectory<Scalar>& source) {
  batch_ = source.batch;
  current_ = source.current;
  efficacy_ = source.efficacy;
}

template <class Scalar>
void ReplayedSynapse<Scalar>::efficacy(Index step, MatrixView<Scalar>, MatrixRef<Scalar> a) const {
  for (Index b = 0; b < batch_; ++b) a.col(b) = efficacy_.col(step * batch_ + (b + shift_) % batch_);
}

template <class Scalar>
void ReplayedSynapse<Scalar>::add_current(Index step, MatrixView<Scalar>, MatrixRef<Scalar> u) {
  for (Index b = 0; b < batch_; ++b) u.col(b) += current_.col(step * batch_ + (b + shift_) % batch_);
}

template class ReplayedSynapse<float>;
template class ReplayedSynapse<double>;

}  // namespace stillpoint
