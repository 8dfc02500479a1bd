#include "plasticity/rules/backward_filter.hpp"

namespace stillpoint {

template <class Scalar>
void BackwardFilter<Scalar>::operator()(const Lesson<Scalar>& lesson, Gradient<Scalar>& gradient) {
  const auto& run = lesson.simulation.trajectory();
  const auto& dynamics = lesson.simulation.dynamics();
  const auto& W = lesson.simulation.network().W;
  const Index N = W.rows(), T = run.steps, B = run.batch;

  // column block t: first l(t+1) = F e(t) of all steps as one product, in the end dL/du(t) = c(t) q(t+1) + direct
  step_signal_.resize(N, T * B);
  step_signal_.noalias() = lesson.feedback * lesson.error;
  if (through_recurrence_) W_transposed_ = W.transpose();  // the product with a transposed matrix is slower
  q_.setZero(N, B);
  for (Index t = T - 1; t >= 0; --t) {
    auto signal = run.at(step_signal_, t);
    if (through_recurrence_ && t < T - 1) {
      if (run.efficacy.size() > 0) {
        back_.noalias() = W_transposed_ * run.at(step_signal_, t + 1);
        signal.array() += back_.array() * run.at(run.efficacy, t + 1).array();
      } else {
        signal.noalias() += W_transposed_ * run.at(step_signal_, t + 1);
      }
    }
    dynamics.multiply_rate_gain(run.at(run.rates(), t + 1), signal);
    q_.array() = q_.array().colwise() * dynamics.leak().array() + signal.array();
    if (lesson.direct && t < T - 1) q_ += run.at(lesson.direct->state, t + 1);
    signal = q_;
    dynamics.multiply_step_gain(run.at(run.attractor, t), signal);
    if (lesson.direct) signal += run.at(lesson.direct->drive, t);
  }
  gradient.W.noalias() = step_signal_ * run.presynaptic_factor().transpose();
  gradient.W_in.noalias() = step_signal_ * lesson.trials.inputs.transpose();
  gradient.b = step_signal_.rowwise().sum();
}

template class BackwardFilter<float>;
template class BackwardFilter<double>;

}  // namespace stillpoint
