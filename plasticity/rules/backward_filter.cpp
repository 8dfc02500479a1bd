#include "plasticity/rules/backward_filter.hpp"

#include "sim/parts.hpp"

namespace stillpoint {

template <class Scalar>
void BackwardFilter<Scalar>::operator()(const TrialSetView<Scalar>& view, Gradient<Scalar>& gradient) {
  const auto& run = view.simulation.trajectory();
  const auto& dynamics = view.simulation.dynamics();
  const auto& network = view.simulation.network();
  const Index N = network.size(), T = run.steps, B = run.batch;

  from_readout_.resize(N, T * B);
  from_readout_.noalias() = view.feedback * view.error;  // l(t+1) = F e(t) of all steps as one product
  drive_.resize(network.b.size(), T * B);
  if (through_recurrence_) transposed_.load(network);
  q_.setZero(run.state.rows(), B);
  for (Index t = T - 1; t >= 0; --t) {
    add_rate_path(run, dynamics, t + 1, run.at(from_readout_, t));
    if (view.direct && t < T - 1) q_ += run.at(view.direct->state, t + 1);
    dynamics.pull_back(run.at(run.state, t), run.at(run.activation, t), q_, run.at(drive_, t));
    if (view.direct) run.at(drive_, t) += run.at(view.direct->drive, t);
  }
  if (network.r0.size() > 0) {
    nothing_.setZero(N, B);
    add_rate_path(run, dynamics, 0, nothing_);
    if (view.direct) q_ += run.at(view.direct->state, 0);
    gradient.r0 = q_.rowwise().sum();
  }
  gradient.W.setZero(drive_.rows(), N);
  add_product(drive_, run.presynaptic_factor().transpose(), gradient.W);
  gradient.W_in.noalias() = drive_ * view.trials.inputs.transpose();
  gradient.b.resize(drive_.rows());
  for_each_range(drive_.rows(), static_cast<double>(drive_.size()), [&](Index first, Index count) {
    gradient.b.segment(first, count) = drive_.middleRows(first, count).rowwise().sum();
  });
  if (network.A.size() > 0)  // A x joins the drive
    gradient.A = drive_.cwiseProduct(run.state.leftCols(T * B)).rowwise().sum();
}

template <class Scalar>
void BackwardFilter<Scalar>::add_rate_path(const Trajectory<Scalar>& run, const Dynamics<Scalar>& dynamics, Index t,
                                           MatrixRef<Scalar> l) {
  const auto r = run.at(run.rates(), t);
  const bool recurrent = through_recurrence_ && t < run.steps;
  const bool apart = run.reads_state || run.efficacy.size() > 0;  // l does not go where W^T dL/du goes
  if (run.reads_state) q_ += l;
  if (recurrent && apart) {
    back_.setZero(l.rows(), l.cols());
    transposed_.add(run.at(drive_, t), back_);
    if (run.efficacy.size() > 0) back_.array() *= run.at(run.efficacy, t).array();
    if (!run.reads_state) back_ += l;
    dynamics.rate_back(r, back_, q_);
  } else if (!run.reads_state) {
    if (recurrent) transposed_.add(run.at(drive_, t), l);
    dynamics.rate_back(r, l, q_);
  }
}

template class BackwardFilter<float>;
template class BackwardFilter<double>;

}  // namespace stillpoint
