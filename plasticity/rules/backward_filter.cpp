#include "plasticity/rules/backward_filter.hpp"

namespace stillpoint {

template <class Scalar>
void BackwardFilter<Scalar>::operator()(const Lesson<Scalar>& lesson, Gradient<Scalar>& gradient) {
  const auto& run = lesson.simulation.trajectory();
  const auto& dynamics = lesson.simulation.dynamics();
  const auto& W = lesson.simulation.network().W;
  const Index N = W.rows(), T = run.steps, B = run.batch;

  q_.setZero(N, B);
  back_.resize(N, B);
  step_signal_.resize(N, T * B);
  for (Index t = T - 1; t >= 0; --t) {
    // q(t+1), from l(t+1) = F e(t) and q(t+2)
    if (through_recurrence_ && t < T - 1) {
      back_.noalias() = W.transpose() * run.at(step_signal_, t + 1);
      if (run.efficacy.size() > 0) back_.array() *= run.at(run.efficacy, t + 1).array();
    } else {
      back_.setZero();
    }
    back_.noalias() += lesson.feedback * run.at(lesson.error, t);
    dynamics.multiply_rate_gain(run.at(run.rates(), t + 1), back_);
    q_.array().colwise() *= dynamics.leak().array();
    q_ += back_;

    auto signal = run.at(step_signal_, t);
    signal = q_;
    dynamics.multiply_step_gain(run.at(run.attractor, t), signal);
  }
  gradient.W.noalias() = step_signal_ * run.presynaptic_factor().transpose();
  gradient.W_in.noalias() = step_signal_ * lesson.trials.inputs.transpose();
  gradient.b = step_signal_.rowwise().sum();
}

template class BackwardFilter<float>;
template class BackwardFilter<double>;

}  // namespace stillpoint
