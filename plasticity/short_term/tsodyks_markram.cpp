// Tsodyks-Markram synapse: presynaptic facilitation and depression (Tsodyks, Pawelzik & Markram 1998,
// doi:10.1162/089976698300017502; rate form as in Mongillo, Barak & Tsodyks 2008, doi:10.1126/science.1150769).
//
//   du/dt = (U - u)/tau_f + U (1 - u) f        use
//   dx/dt = (1 - x)/tau_d - u x f              resource
//   f: presynaptic rate per ms, f_max (r+1)/2 for tanh and f_max r for the nonnegative nonlinearities
//   efficacy W_ij a_j, a_j = u_j x_j / (u_0 x_0)
//
// (u_0, x_0) is the steady state at r = 0 and the state at trial start, so that the gain g keeps its meaning at rest.
// `synapse.normalise = none` drops the division: the weights then shrink by u_0 x_0 and so does the gain.
#include "plasticity/short_term/short_term.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class TsodyksMarkram : public ContinuousSynapse<Scalar> {
 public:
  explicit TsodyksMarkram(const SynapseSetting& setting)
      : ContinuousSynapse<Scalar>(setting.integration.dt_ms),
        U_(static_cast<Scalar>(setting.options.number("synapse.use"))),
        tau_f_(static_cast<Scalar>(setting.options.number("synapse.tau_f_ms"))),
        tau_d_(static_cast<Scalar>(setting.options.number("synapse.tau_d_ms"))),
        f_max_(static_cast<Scalar>(setting.options.number("synapse.f_max_hz") / 1000)),
        normalised_(setting.options.text("synapse.normalise") == "rest") {
    set_rest(Nonlinearity::tanh);
  }

  Index rows(Index neurons) const override { return 2 * neurons; }
  bool scales() const override { return true; }
  void begin(const Network<Scalar>& network, const TrialSet<Scalar>& trials, TrialKey key) override {
    set_rest(network.nonlinearity);
    ContinuousSynapse<Scalar>::begin(network, trials, key);
  }
  void initial_state(MatrixRef<Scalar> state) const override {
    use(state).setConstant(use_at_rest_);
    resource(state).setConstant(resource_at_rest_);
  }
  void efficacy_of(MatrixView<Scalar> state, MatrixRef<Scalar> a) const override {
    a = use(state).cwiseProduct(resource(state)) * (normalised_ ? 1 / (use_at_rest_ * resource_at_rest_) : Scalar(1));
  }
  void derivative(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixView<Scalar>,
                  MatrixRef<Scalar> change) const override {
    const auto u = use(state).array(), x = resource(state).array();
    const Scalar scale = signed_rates_ ? f_max_ / 2 : f_max_, offset = signed_rates_ ? Scalar(1) : Scalar(0);
    const auto f = scale * (r.array() + offset);
    use(change) = (U_ - u) / tau_f_ + U_ * (1 - u) * f;
    resource(change) = (1 - x) / tau_d_ - u * x * f;
  }

 private:
  template <class M>
  static auto use(M&& state) {
    return state.topRows(state.rows() / 2);
  }
  template <class M>
  static auto resource(M&& state) {
    return state.bottomRows(state.rows() / 2);
  }

  void set_rest(Nonlinearity phi) {
    signed_rates_ = phi == Nonlinearity::tanh;
    const Scalar f = signed_rates_ ? f_max_ / 2 : 0;
    use_at_rest_ = U_ * (1 + tau_f_ * f) / (1 + U_ * tau_f_ * f);
    resource_at_rest_ = 1 / (1 + tau_d_ * use_at_rest_ * f);
  }

  Scalar U_, tau_f_, tau_d_, f_max_;
  bool normalised_, signed_rates_ = true;
  Scalar use_at_rest_ = 1, resource_at_rest_ = 1;
};

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make(const SynapseSetting& setting) {
  return std::make_unique<TsodyksMarkram<Scalar>>(setting);
}

}  // namespace

SynapseKind tsodyks_markram_synapse() {
  return {"tsodyks_markram",
          "presynaptic facilitation and depression",
          {
              number_option("synapse.use", "0.2", "", {0, 1, true}, "U: use of resources by one spike at rest"),
              number_option("synapse.tau_f_ms", "1500", "ms", positive, "time constant of facilitation"),
              number_option("synapse.tau_d_ms", "200", "ms", positive, "time constant of recovery from depression"),
              number_option("synapse.f_max_hz", "20", "Hz", positive, "firing rate that r = 1 stands for"),
              choice_option("synapse.normalise", "rest", {"rest", "none"}, "divide by the efficacy at r = 0, or not"),
          },
          make<float>,
          make<double>};
}

}  // namespace stillpoint
