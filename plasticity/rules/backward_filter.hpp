// The backward form shared by BPTT and e-prop.
//
//   q(t) = rho(t) l(t) + a q(t+1) + kappa(t) W^T [c(t) q(t+1)]        BPTT: the exact adjoint of the held step
//   G    = sum_t [c(t) q(t+1)] z(t)^T                                 one matrix product over all steps and trials
//
// A loss on the trajectory itself adds its own dL/dx(t) to q(t), and its own dL/du(t) to c(t) q(t+1).
// e-prop drops the last term, every path through another neuron: regrouping its sum over eligibility traces into this
// filter of l gives the same number at a fraction of the cost. W_in and b have s and 1 in place of z. Under a
// short-term synapse the recorded current S(t) r(t) is external input and a(t) is held: W diag(a) leads back.
#pragma once

#include "plasticity/gradient.hpp"

namespace stillpoint {

template <class Scalar>
class BackwardFilter {
 public:
  /// Whether errors travel back through the recurrent weights (BPTT) or not (e-prop).
  explicit BackwardFilter(bool through_recurrence) : through_recurrence_(through_recurrence) {}
  void operator()(const Lesson<Scalar>& lesson, Gradient<Scalar>& gradient);

 private:
  bool through_recurrence_;
  Matrix<Scalar> q_, back_, step_signal_;  // N x B, N x B, N x T*B
  Matrix<Scalar> W_transposed_;
};

}  // namespace stillpoint
