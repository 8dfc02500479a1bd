#include "plasticity/short_term/short_term.hpp"

namespace stillpoint {

template <class Scalar>
void ReplayedSynapse<Scalar>::load(const Trajectory<Scalar>& source) {
  std::vector<Index> donors;
  for (Index b = 0; b < source.batch; ++b) donors.push_back((b + shift_) % source.batch);
  load(source, std::move(donors));
}

template <class Scalar>
void ReplayedSynapse<Scalar>::load(const Trajectory<Scalar>& source, std::vector<Index> donors) {
  batch_ = source.batch;
  donors_ = std::move(donors);
  current_ = source.current;
  efficacy_ = source.efficacy;
}

template <class Scalar>
void ReplayedSynapse<Scalar>::efficacy(Index step, MatrixView<Scalar>, MatrixRef<Scalar> a) const {
  for (Index b = 0; b < batch_; ++b) a.col(b) = efficacy_.col(donor(step, b));
}

template <class Scalar>
void ReplayedSynapse<Scalar>::add_current(Index step, MatrixView<Scalar>, MatrixRef<Scalar> u) {
  for (Index b = 0; b < batch_; ++b) u.col(b) += current_.col(donor(step, b));
}

template class ReplayedSynapse<float>;
template class ReplayedSynapse<double>;

}  // namespace stillpoint
