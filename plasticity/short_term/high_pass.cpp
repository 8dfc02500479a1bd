// A current of each neuron that opposes change of its own rate, without plasticity: the limit of negative feedback on
// the derivative (derivative_feedback.cpp) in which every neuron feeds back on itself alone.
//
//   current_i = -k (r_i - h_i),   tau_h dh/dt = -h + r,   h = r at trial start
//
// Near a state of constant rho = |r|^2 / N a TCR synapse (tcr.cpp) is this current, with tau_h = tau_s and
// k = beta rho d tau / tau_s, d = dv/du; as it reaches the rate through d once more, the loop's gain d k is
// beta rho d^2 tau / tau_s. What the two differ in is rho, which follows the activity in TCR, and r(k) . r(t) where the
// pattern changes.
#include "plasticity/short_term/euler_bound.hpp"
#include "plasticity/short_term/synapses.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class HighPass : public ContinuousSynapse<Scalar> {
 public:
  HighPass(const HighPassParameters& parameters, double dt_ms)
      : ContinuousSynapse<Scalar>(dt_ms),
        strength_(static_cast<Scalar>(parameters.strength)),
        tau_h_(static_cast<Scalar>(parameters.tau_h_ms)) {}

  Index rows(Index neurons) const override { return neurons; }
  double memory(const Sizes& of) const override { return sizeof(Scalar) * 3 * of.N * of.B; }  // state, change, v * d
  bool drives() const override { return true; }
  void bind(const Network<Scalar>& network) override { membrane_ms_ = static_cast<double>(network.tau_ms.minCoeff()); }
  /// Of the neuron with this current at slope 1 of the nonlinearity: tau dr/dt = -r - k (r - h).
  double stability_bound_ms(double) const override {
    const double tau_h = static_cast<double>(tau_h_), k = static_cast<double>(strength_);
    return euler_bound_ms((1 + k) / membrane_ms_ + 1 / tau_h, 1 / (membrane_ms_ * tau_h));
  }
  void initial_state(MatrixView<Scalar> r, MatrixRef<Scalar> state) const override { state = r; }

  void add_current_of(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixRef<Scalar> u) const override {
    u += strength_ * (state - r);
  }
  void add_current_tangent(MatrixView<Scalar>, MatrixView<Scalar>, MatrixView<Scalar> dstate, MatrixView<Scalar> dr,
                           MatrixRef<Scalar> du) const override {
    add_current_of(dstate, dr, du);  // it is linear
  }
  void derivative(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixView<Scalar>,
                  MatrixRef<Scalar> change) const override {
    change = (r - state) / tau_h_;
  }
  void derivative_tangent(MatrixView<Scalar>, MatrixView<Scalar>, MatrixView<Scalar> post, MatrixView<Scalar> dstate,
                          MatrixView<Scalar> dr, MatrixView<Scalar>, MatrixRef<Scalar> dchange) const override {
    derivative(dstate, dr, post, dchange);
  }
  void resting_state(MatrixView<Scalar> r, MatrixRef<Scalar> state) const override { state = r; }
  void resting_state_tangent(MatrixView<Scalar>, MatrixView<Scalar> dr, MatrixRef<Scalar> dstate) const override {
    dstate = dr;
  }
  bool silent_at_rest() const override { return true; }

 private:
  Scalar strength_, tau_h_;
  double membrane_ms_ = 1;
};

const ParameterList<HighPassParameters>& high_pass_list() {
  using P = HighPassParameters;
  static const auto all =
      ParameterList<P>()
          .number("synapse.strength", &P::strength, "", nonnegative, "k; with control.match the search begins there")
          .number("synapse.tau_h_ms", &P::tau_h_ms, "ms", positive,
                  "time constant of what the rate is compared with; with control.match it is synapse.tau_s_ms");
  return all;
}

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make_high_pass(const HighPassParameters& parameters, const SynapseContext& context) {
  require_parameter(context.integration.dt_ms <= parameters.tau_h_ms, "synapse.tau_h_ms",
                    number_text(parameters.tau_h_ms), "must be at least integration.dt_ms");
  return std::make_unique<HighPass<Scalar>>(parameters, context.integration.dt_ms);
}

}  // namespace

HighPassParameters high_pass_parameters(const Options& options) { return high_pass_list().from(options); }

SynapseModel high_pass_synapse(const HighPassParameters& parameters) {
  high_pass_list().check(parameters);
  return {"high_pass", [=](const SynapseContext& context) { return make_high_pass<float>(parameters, context); },
          [=](const SynapseContext& context) { return make_high_pass<double>(parameters, context); }};
}

SynapseKind high_pass_synapse_kind() {
  SynapseKind kind{"high_pass", "no plasticity: a current of each neuron opposes change of its own rate",
                   high_pass_list().options(),
                   [](const Options& options) { return high_pass_synapse(high_pass_parameters(options)); }};
  kind.matched_by = {"synapse.strength"};
  return kind;
}

}  // namespace stillpoint
