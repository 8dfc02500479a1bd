// Temporal consistency in the long term: weights that learn to slow the network down.
//
//   v = tau dr/dt,   E = |v|^2 / (2N),   L = L_task + lambda mean_{t,b} E
//
// (regulariser after Haputhanthri et al. 2025, arXiv:2502.07256; v and its gains are those of sim/dynamics.hpp.) Forms:
//
//   loss           the gradient of lambda E joins the task's in the rule itself: exact under BPTT and RTRL; under
//   e-prop
//                  it is the local rule
//   local          dW_ij = -(eta lambda/N) mean_{t,b} v_i D_ij beside any rule, with D_ij = dv_i/dW_ij along the
//                  neuron's own trace: d_i z_j + (dv_i/dx_i) p_ij, p_ij the eligibility trace of e-prop
//   instantaneous  the same without the trace: D_ij = d_i z_j
//
// The short-term form, where synapses oppose change while the trial runs, is the synapse "tcr".
#pragma once

#include "plasticity/rule.hpp"
#include "plasticity/rules/backward_filter.hpp"

namespace stillpoint {

struct TemporalConsistencyParameters {
  enum class Form { none, loss, local, instantaneous } form = Form::none;
  double lambda = 1;  // strength, in units of the mean of |tau dr/dt|^2 / 2N
};
/// tcr.*
const ParameterList<TemporalConsistencyParameters>& temporal_consistency_list();
/// Throws ParameterError where the rule has no place for the loss form.
void require_place(const TemporalConsistencyParameters& parameters, const RuleTraits& rule);

template <class Scalar>
class TemporalConsistency {
 public:
  explicit TemporalConsistency(const TemporalConsistencyParameters& parameters);

  bool active() const { return form_ != Form::none; }
  /// Bytes that it holds, but for the gradient of the local form.
  double memory(const Sizes& of) const {
    if (!active()) return 0;
    return sizeof(Scalar) * (of.D + of.U) * of.T * of.B + (form_ == Form::local ? own_path_.memory(of) : 0);
  }
  /// Factor on lambda in the next updates.
  void set_strength(double factor) { strength_ = factor; }

  /// Before the first step of a trial set, and after step t.
  void begin(const TrialSet<Scalar>& trials, Index neurons);
  void observe(Index t, const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials);
  /// What the rule is to add to its own derivatives; nullptr but for the loss form.
  const DirectTerms<Scalar>* terms() const { return form_ == Form::loss ? &terms_ : nullptr; }
  /// Adds the gradient of the local and the instantaneous form.
  void add_gradient(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, Gradient<Scalar>& gradient);

  /// lambda mean_{t,b} E of the trial set that was observed.
  double energy() const { return energy_; }

 private:
  using Form = TemporalConsistencyParameters::Form;
  Form form_;
  double lambda_, strength_ = 1, energy_ = 0, scale_ = 0;
  DirectTerms<Scalar> terms_;
  Matrix<Scalar> change_;  // v, N x B
  BackwardFilter<Scalar> own_path_{false};
  Gradient<Scalar> own_;
};

}  // namespace stillpoint
