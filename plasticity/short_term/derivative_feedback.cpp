// Negative feedback on the derivative without plasticity: excitation is slower than inhibition (Lim & Goldman 2013,
// doi:10.1038/nn.3492).
//
//   u = W+ a + W- b + ..,   tau_e da/dt = -a + r,   tau_i db/dt = -b + r,   tau_e > tau_i,   a = b = r at trial start
//   W+ = max(W, 0), W- = min(W, 0), entry by entry
//
// As the network computes W r itself, what is added is the current W+ (a - r) + W- (b - r), which is 0 at rest and
// -(tau_e W+ + tau_i W-) dr/dt for slow rates. W is that of the trial's start; a mask, Dale's law and factors (W as a
// matrix, N^2 numbers) need nothing of their own. The default of tau_e is the time constant between excitatory neurons
// in the paper's code (ModelDB 181010); with tau_i = 10 ms as in later models of the same mechanism.
#include "plasticity/short_term/euler_bound.hpp"
#include "plasticity/short_term/synapses.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class DerivativeFeedback : public ContinuousSynapse<Scalar> {
 public:
  DerivativeFeedback(const DerivativeFeedbackParameters& parameters, double dt_ms)
      : ContinuousSynapse<Scalar>(dt_ms),
        tau_e_(static_cast<Scalar>(parameters.tau_e_ms)),
        tau_i_(static_cast<Scalar>(parameters.tau_i_ms)) {}

  Index rows(Index neurons) const override { return 2 * neurons; }
  double memory(const Sizes& of) const override {
    return sizeof(Scalar) * (3 * of.N * of.N + (2 * 2 + 2) * of.N * of.B);  // W, its parts; state, change, v * d, a - r
  }
  bool drives() const override { return true; }
  void bind(const Network<Scalar>& network) override {
    const Matrix<Scalar> W = network.recurrent();
    excitation_ = W.cwiseMax(Scalar(0));
    inhibition_ = W.cwiseMin(Scalar(0));
    membrane_ms_ = static_cast<double>(network.tau_ms.minCoeff());
  }
  /// Of the loop through inhibition alone, at slope 1 of the nonlinearity along the leading eigenvector of -W-, J its
  /// eigenvalue: tau dx/dt = -x - J b, tau_i db/dt = -b + x. Excitation, which is slower, is left out.
  double stability_bound_ms(double) const override {
    const double tau_i = static_cast<double>(tau_i_), J = loop_gain();
    return euler_bound_ms(1 / membrane_ms_ + 1 / tau_i, (1 + J) / (membrane_ms_ * tau_i));
  }
  void initial_state(MatrixView<Scalar> r, MatrixRef<Scalar> state) const override { resting_state(r, state); }

  void add_current_of(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixRef<Scalar> u) const override {
    u.noalias() += excitation_ * (slow(state) - r);
    u.noalias() += inhibition_ * (fast(state) - r);
  }
  void add_current_tangent(MatrixView<Scalar>, MatrixView<Scalar>, MatrixView<Scalar> dstate, MatrixView<Scalar> dr,
                           MatrixRef<Scalar> du) const override {
    add_current_of(dstate, dr, du);  // it is linear
  }
  void derivative(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixView<Scalar>,
                  MatrixRef<Scalar> change) const override {
    slow(change) = (r - slow(state)) / tau_e_;
    fast(change) = (r - fast(state)) / tau_i_;
  }
  void derivative_tangent(MatrixView<Scalar>, MatrixView<Scalar>, MatrixView<Scalar> post, MatrixView<Scalar> dstate,
                          MatrixView<Scalar> dr, MatrixView<Scalar>, MatrixRef<Scalar> dchange) const override {
    derivative(dstate, dr, post, dchange);
  }
  void resting_state(MatrixView<Scalar> r, MatrixRef<Scalar> state) const override {
    slow(state) = r;
    fast(state) = r;
  }
  void resting_state_tangent(MatrixView<Scalar>, MatrixView<Scalar> dr, MatrixRef<Scalar> dstate) const override {
    resting_state(dr, dstate);
  }
  bool silent_at_rest() const override { return true; }

 private:
  template <class M>
  static auto slow(M&& state) {
    return state.topRows(state.rows() / 2);
  }
  template <class M>
  static auto fast(M&& state) {
    return state.bottomRows(state.rows() / 2);
  }

  /// Leading eigenvalue of -W-, whose entries are >= 0, by powers.
  double loop_gain() const {
    constexpr int powers = 30;
    Vector<double> v = Vector<double>::Ones(inhibition_.cols()), next = v;
    for (int i = 0; i < powers; ++i) {
      next = -(inhibition_.template cast<double>() * v);
      if (next.norm() == 0) return 0;
      v = next.normalized();
    }
    return -v.dot(inhibition_.template cast<double>() * v);
  }

  Scalar tau_e_, tau_i_;
  double membrane_ms_ = 1;
  Matrix<Scalar> excitation_, inhibition_;
};

const ParameterList<DerivativeFeedbackParameters>& derivative_feedback_list() {
  using P = DerivativeFeedbackParameters;
  static const auto all = ParameterList<P>()
                              .number("synapse.tau_e_ms", &P::tau_e_ms, "ms", positive,
                                      "time constant of excitation; with control.match the search begins there")
                              .number("synapse.tau_i_ms", &P::tau_i_ms, "ms", positive, "time constant of inhibition");
  return all;
}

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make_derivative_feedback(const DerivativeFeedbackParameters& parameters,
                                                          const SynapseContext& context) {
  require_parameter(context.integration.dt_ms <= parameters.tau_i_ms, "synapse.tau_i_ms",
                    number_text(parameters.tau_i_ms), "must be at least integration.dt_ms");
  return std::make_unique<DerivativeFeedback<Scalar>>(parameters, context.integration.dt_ms);
}

}  // namespace

DerivativeFeedbackParameters derivative_feedback_parameters(const Options& options) {
  return derivative_feedback_list().from(options);
}

SynapseModel derivative_feedback_synapse(const DerivativeFeedbackParameters& parameters) {
  derivative_feedback_list().check(parameters);
  require_parameter(parameters.tau_e_ms > parameters.tau_i_ms, "synapse.tau_e_ms", number_text(parameters.tau_e_ms),
                    "must be above synapse.tau_i_ms = " + number_text(parameters.tau_i_ms) +
                        ": feedback on the derivative is negative where inhibition is the faster one");
  return {"derivative_feedback",
          [=](const SynapseContext& context) { return make_derivative_feedback<float>(parameters, context); },
          [=](const SynapseContext& context) { return make_derivative_feedback<double>(parameters, context); }};
}

SynapseKind derivative_feedback_synapse_kind() {
  SynapseKind kind{"derivative_feedback", "no plasticity: excitation slower than inhibition opposes change",
                   derivative_feedback_list().options(), [](const Options& options) {
                     return derivative_feedback_synapse(derivative_feedback_parameters(options));
                   }};
  kind.matched_by = {"synapse.tau_e_ms", "synapse.tau_i_ms"};
  return kind;
}

}  // namespace stillpoint
