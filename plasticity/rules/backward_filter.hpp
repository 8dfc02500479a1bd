// The backward form shared by BPTT and e-prop.
//
//   q(t)  = rho(t) l(t) + kappa(t) W^T dL/du(t) + pull back of q(t+1)       BPTT: the exact adjoint of the held step
//   G     = sum_t dL/du(t) z(t)^T                                           one matrix product over all steps and trials
//
// For networks with one state and one drive per neuron the pull back is a q(t+1), and dL/du(t) = c(t) q(t+1); every
// network says its own (sim/dynamics.hpp). A loss on the trajectory itself adds its own dL/dx(t) to q(t), and its own
// dL/du(t) to that of the task. e-prop drops the term with W^T, every path through another neuron: regrouping its sum
// over eligibility traces into this filter of l gives the same number at a fraction of the cost. W_in and b have s and 1
// in place of z. Under a short-term synapse the recorded current S(t) r(t) is external input and a(t) is held: W diag(a)
// leads back.
#pragma once

#include "plasticity/gradient.hpp"
#include "sim/sizes.hpp"

namespace stillpoint {

template <class Scalar>
class BackwardFilter {
 public:
  /// Whether errors travel back through the recurrent weights (BPTT) or not (e-prop).
  explicit BackwardFilter(bool through_recurrence) : through_recurrence_(through_recurrence) {}
  void operator()(const TrialSetView<Scalar>& view, Gradient<Scalar>& gradient);
  /// Bytes that it holds.
  double memory(const Sizes& of) const {
    const double transposed = through_recurrence_ ? of.U * of.N : 0;
    return sizeof(Scalar) * ((of.N + of.U) * of.T * of.B + (of.D + of.N) * of.B + transposed);
  }

 private:
  /// q += dL/dx(t) along the rates: of the readout, and of the drive of step t. l: N x B, is overwritten.
  void add_rate_path(const Trajectory<Scalar>& run, const Dynamics<Scalar>& dynamics, Index t, MatrixRef<Scalar> l);

  bool through_recurrence_;
  Matrix<Scalar> q_, back_, nothing_;    // D x B, N x B, N x B
  Matrix<Scalar> from_readout_, drive_;  // N x T*B: l; U x T*B: dL/du
  TransposedRecurrence<Scalar> transposed_;
};

}  // namespace stillpoint
