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
#include "plasticity/short_term/synapses.hpp"
#include "sim/options/parameter_list.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class TsodyksMarkram : public ContinuousSynapse<Scalar> {
 public:
  TsodyksMarkram(const TsodyksMarkramParameters& parameters, double dt_ms)
      : ContinuousSynapse<Scalar>(dt_ms),
        U_(static_cast<Scalar>(parameters.use)),
        tau_f_(static_cast<Scalar>(parameters.tau_f_ms)),
        tau_d_(static_cast<Scalar>(parameters.tau_d_ms)),
        f_max_(static_cast<Scalar>(parameters.f_max_hz / 1000)),
        normalised_(parameters.normalise == TsodyksMarkramParameters::Normalise::rest) {
    set_rest(Nonlinearity::tanh);
  }

  Index rows(Index neurons) const override { return 2 * neurons; }
  double memory(const Sizes& of) const override {
    return sizeof(Scalar) * (2 * 2 + 1) * of.N * of.B;  // state, its change, v * d
  }
  bool scales() const override { return true; }
  void bind(const Network<Scalar>& network) override { set_rest(network.nonlinearity); }
  void initial_state(MatrixView<Scalar>, MatrixRef<Scalar> state) const override {
    use(state).setConstant(use_at_rest_);
    resource(state).setConstant(resource_at_rest_);
  }

  void efficacy_of(MatrixView<Scalar> state, MatrixRef<Scalar> a) const override {
    a = use(state).cwiseProduct(resource(state)) * efficacy_per_product();
  }
  void efficacy_tangent(MatrixView<Scalar> state, MatrixView<Scalar> dstate, MatrixRef<Scalar> da) const override {
    da = efficacy_per_product() * (times(resource(state), use(dstate)) + times(use(state), resource(dstate)));
  }
  void derivative(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixView<Scalar>,
                  MatrixRef<Scalar> change) const override {
    const auto u = use(state).array(), x = resource(state).array();
    const auto f = firing(r);
    use(change) = (U_ - u) / tau_f_ + U_ * (1 - u) * f;
    resource(change) = (1 - x) / tau_d_ - u * x * f;
  }
  void derivative_tangent(MatrixView<Scalar> state, MatrixView<Scalar> r, MatrixView<Scalar>, MatrixView<Scalar> dstate,
                          MatrixView<Scalar> dr, MatrixView<Scalar>, MatrixRef<Scalar> dchange) const override {
    const Vector<Scalar> u = use(state), x = resource(state), f = firing(r);
    const auto du = use(dstate), dx = resource(dstate);
    const Matrix<Scalar> df = firing_slope() * dr;
    use(dchange) = times(-1 / tau_f_ - U_ * f.array(), du) + times(U_ * (1 - u.array()), df);
    resource(dchange) = times(-1 / tau_d_ - u.array() * f.array(), dx) - times(x.array() * f.array(), du) -
                        times(u.array() * x.array(), df);
  }
  void resting_state(MatrixView<Scalar> r, MatrixRef<Scalar> state) const override {
    const auto f = firing(r);
    use(state) = f.unaryExpr([this](Scalar each) { return steady_use(each); });
    resource(state) = f.unaryExpr([this](Scalar each) { return steady_resource(each); });
  }
  Blockable blockable() const override { return Blockable::induction; }
  // To rest, as spikes would leave it alone: du/dt = (u_0 - u)/tau_f, dx/dt = (x_0 - x)/tau_d.
  void decay(const StepView<Scalar>&) override {
    auto u = use(this->state()).array(), x = resource(this->state()).array();
    u += this->dt_ms_ / tau_f_ * (use_at_rest_ - u);
    x += this->dt_ms_ / tau_d_ * (resource_at_rest_ - x);
  }
  // du/df = U tau_f (1 - U) / (1 + U tau_f f)^2, dx/df = -x^2 tau_d (u + f du/df)
  void resting_state_tangent(MatrixView<Scalar> r, MatrixView<Scalar> dr, MatrixRef<Scalar> dstate) const override {
    const Vector<Scalar> fired = firing(r);
    const Matrix<Scalar> df = firing_slope() * dr;
    for (Index i = 0; i < r.rows(); ++i) {
      const Scalar f = fired(i), u = steady_use(f), x = steady_resource(f), bottom = 1 + U_ * tau_f_ * f;
      const Scalar u_slope = U_ * tau_f_ * (1 - U_) / (bottom * bottom);
      use(dstate).row(i) = u_slope * df.row(i);
      resource(dstate).row(i) = -x * x * tau_d_ * (u + f * u_slope) * df.row(i);
    }
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

  /// Each column of `columns` times the column `factor`.
  template <class Factor, class Columns>
  static Matrix<Scalar> times(const Factor& factor, const Columns& columns) {
    const Vector<Scalar> each = factor;
    return each.asDiagonal() * columns;
  }

  Scalar efficacy_per_product() const { return normalised_ ? 1 / (use_at_rest_ * resource_at_rest_) : Scalar(1); }
  Scalar firing_slope() const { return signed_rates_ ? f_max_ / 2 : f_max_; }  // df/dr
  auto firing(MatrixView<Scalar> r) const {                                    // f
    return firing_slope() * (r.array() + (signed_rates_ ? Scalar(1) : Scalar(0)));
  }
  Scalar steady_use(Scalar f) const { return U_ * (1 + tau_f_ * f) / (1 + U_ * tau_f_ * f); }
  Scalar steady_resource(Scalar f) const { return 1 / (1 + tau_d_ * steady_use(f) * f); }

  void set_rest(Nonlinearity phi) {
    signed_rates_ = phi == Nonlinearity::tanh;
    const Scalar f = signed_rates_ ? f_max_ / 2 : 0;
    use_at_rest_ = steady_use(f);
    resource_at_rest_ = steady_resource(f);
  }

  Scalar U_, tau_f_, tau_d_, f_max_;
  bool normalised_, signed_rates_ = true;
  Scalar use_at_rest_ = 1, resource_at_rest_ = 1;
};

const ParameterList<TsodyksMarkramParameters>& tsodyks_markram_list() {
  using P = TsodyksMarkramParameters;
  static const auto all =
      ParameterList<P>()
          .number("synapse.use", &P::use, "", {0, 1, true}, "U: use of resources by one spike at rest")
          .number("synapse.tau_f_ms", &P::tau_f_ms, "ms", positive, "time constant of facilitation")
          .number("synapse.tau_d_ms", &P::tau_d_ms, "ms", positive, "time constant of recovery from depression")
          .number("synapse.f_max_hz", &P::f_max_hz, "Hz", positive, "firing rate that r = 1 stands for")
          .choice("synapse.normalise", &P::normalise, {"rest", "none"}, "divide by the efficacy at r = 0, or not");
  return all;
}

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make_tsodyks_markram(const TsodyksMarkramParameters& parameters,
                                                      const SynapseContext& context) {
  return std::make_unique<TsodyksMarkram<Scalar>>(parameters, context.integration.dt_ms);
}

}  // namespace

TsodyksMarkramParameters tsodyks_markram_parameters(const Options& options) {
  return tsodyks_markram_list().from(options);
}

SynapseModel tsodyks_markram_synapse(const TsodyksMarkramParameters& parameters) {
  tsodyks_markram_list().check(parameters);
  return {"tsodyks_markram",
          [=](const SynapseContext& context) { return make_tsodyks_markram<float>(parameters, context); },
          [=](const SynapseContext& context) { return make_tsodyks_markram<double>(parameters, context); }};
}

SynapseKind tsodyks_markram_synapse_kind() {
  return {"tsodyks_markram", "presynaptic facilitation and depression", tsodyks_markram_list().options(),
          [](const Options& options) { return tsodyks_markram_synapse(tsodyks_markram_parameters(options)); }};
}

}  // namespace stillpoint
