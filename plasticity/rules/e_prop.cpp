// e-prop on rates (Bellec et al. 2020, doi:10.1038/s41467-020-17236-y; with fixed random feedback, on leaky_rate, it is
// RFLO, J. M. Murray 2019, doi:10.7554/eLife.43299).
//
//   p_ij(t+1) = (1 - alpha_i) p_ij(t) + c_i(t) z_j(t)      eligibility trace: what the synapse did to its target's
//   state G_ij      = sum_t rho_i(t) l_i(t) p_ij(t)              l = F e, the learning signal
//
// Ignored on purpose: every path through another neuron. Forms (the same numbers to rounding, tests/test_rules.cpp):
//   batched  the sum regrouped into a backward filter of l: one matrix product per trial set
//   online   the traces as state, one N x (N+K+1) array per trial; leaky_current with one time constant factorises,
//            since its c is the same everywhere: eps_j(t+1) = (1 - alpha) eps_j(t) + alpha z_j(t), p_ij = eps_j
//
// In an lstm the trace runs along the cell (Bellec et al. 2020, "E-prop for LSTM"); the batched form does it for any
// network.
#include "plasticity/rules/backward_filter.hpp"
#include "plasticity/rules/rules.hpp"

namespace stillpoint {

namespace {

const std::vector<std::string> e_prop_forms = {"batched", "online", "online_full"};

template <class Scalar>
class BatchedEProp : public Rule<Scalar> {
 public:
  double memory(const Sizes& of) const override { return filter_.memory(of); }
  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& gradient) override { filter_(view, gradient); }

 private:
  BackwardFilter<Scalar> filter_{false};
};

template <class Scalar>
class OnlineEProp : public Rule<Scalar> {
 public:
  explicit OnlineEProp(EPropParameters::Form form) : form_(form) {}
  bool online() const override { return true; }
  double memory(const Sizes& of) const override {
    const bool factorised = form_ == EPropParameters::Form::online && of.constant_gain;
    const double J = of.N + of.K + 1;
    return sizeof(Scalar) * ((factorised ? J : of.N * J) * of.B + of.N * J + (J + 2 * of.N) * of.B);
  }
  void check(const Network<Scalar>& network, bool trains_start) const override {
    const auto& kind = network_kind(network.kind);
    require_parameter(kind.acts_on_rates && !kind.diagonal && !trains_start, "rule.form",
                      e_prop_forms[static_cast<std::size_t>(form_)],
                      "learns neither an lstm, nor the A of a plrnn, nor an initial state: use batched");
  }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey) override {
    const Index N = simulation.network().size(), J = N + simulation.network().inputs() + 1, B = trials.batch;
    factorised_ = form_ == EPropParameters::Form::online && simulation.dynamics().has_constant_gain();
    traces_.setZero(factorised_ ? J : N, factorised_ ? B : J * B);
    sum_.setZero(N, J);
    presynaptic_.resize(J, B);
    signal_.resize(N, B);
    gain_.resize(N, B);
  }

  void step(Index t, const TrialSetView<Scalar>& view, MatrixView<Scalar> error) override {
    const auto& run = view.simulation.trajectory();
    const auto& dynamics = view.simulation.dynamics();
    const Index J = presynaptic_.rows(), B = run.batch;
    presynaptic_ << run.presynaptic_factor().middleCols(t * B, B), view.trials.inputs.middleCols(t * B, B),
        Matrix<Scalar>::Ones(1, B);
    signal_.noalias() = view.feedback * error;
    dynamics.multiply_readout_gain(run.at(run.rates(), t + 1), signal_);  // rho l at t+1
    if (view.direct) add_direct(t, run, *view.direct);

    if (factorised_) {
      traces_ = dynamics.leak()(0) * traces_ + dynamics.alpha()(0) * presynaptic_;
      sum_.noalias() += signal_ * traces_.transpose();
      return;
    }
    gain_.setOnes();
    dynamics.multiply_step_gain(run.at(run.activation, t), gain_);
    for (Index b = 0; b < B; ++b) {
      auto p = traces_.middleCols(b * J, J);
      p.array().colwise() *= dynamics.leak().array();
      p.noalias() += gain_.col(b) * presynaptic_.col(b).transpose();
      sum_.array() += p.array().colwise() * signal_.col(b).array();
    }
  }

  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& gradient) override {
    const Index N = sum_.rows(), K = view.trials.inputs.rows();
    gradient.W = sum_.leftCols(N);
    gradient.W_in = sum_.middleCols(N, K);
    gradient.b = sum_.col(N + K);
    sum_.setZero();
  }

 private:
  /// A loss on the trajectory itself: its dL/dx(t) meets the traces of x(t), its dL/du(t) the presynaptic activity.
  void add_direct(Index t, const Trajectory<Scalar>& run, const DirectTerms<Scalar>& direct) {
    const auto state = run.at(direct.state, t);
    const Index J = presynaptic_.rows();
    sum_.noalias() += run.at(direct.drive, t) * presynaptic_.transpose();
    if (factorised_)
      sum_.noalias() += state * traces_.transpose();
    else
      for (Index b = 0; b < run.batch; ++b)
        sum_.array() += traces_.middleCols(b * J, J).array().colwise() * state.col(b).array();
  }

  EPropParameters::Form form_;
  bool factorised_ = false;
  Matrix<Scalar> traces_;  // N x J per trial (p), or J x B (eps); J = N + K + 1: recurrent, input, bias
  Matrix<Scalar> sum_;     // N x J
  Matrix<Scalar> presynaptic_, signal_, gain_;
};

RuleTraits e_prop_traits() {
  RuleTraits traits{"e_prop", "local eligibility traces and a broadcast learning signal"};
  traits.takes_direct_terms = true;
  traits.reaches_state_parameters = true;
  traits.any_network = true;
  return traits;
}

const ParameterList<EPropParameters>& e_prop_list() {
  using P = EPropParameters;
  static const auto list = ParameterList<P>()
                               .part(&P::feedback, feedback_list())
                               .choice("rule.form", &P::form, e_prop_forms,
                                       "batched: one product per trial set; online: traces as state, factorised where "
                                       "valid; online_full: never");
  return list;
}

}  // namespace

RuleModel e_prop(const EPropParameters& parameters) {
  e_prop_list().check(parameters);
  auto model = parameters.form == EPropParameters::Form::batched
                   ? rule_model<BatchedEProp>(e_prop_traits())
                   : rule_model<OnlineEProp>(e_prop_traits(), parameters.form);
  model.feedback = parameters.feedback;
  return model;
}

RuleKind e_prop_rule() {
  return {e_prop_traits(), e_prop_list().options(),
          [](const Options& options) { return e_prop(e_prop_list().from(options)); }};
}

}  // namespace stillpoint
