// Temporal consistency as short-term plasticity: a synapse that opposes change of its target's rate.
//
//   tau_s dS_ij/dt = -S_ij - (beta/N) q_i r_j,   q = v * d,   S = 0 at trial start
//   v = tau dr/dt, d = dv/du
//
// Anti-Hebbian in the *change* of the postsynaptic rate (after Xie & Seung 1999, NIPS 12): a synapse whose target is
// rising under its drive weakens. This form is Stillpoint's own realisation of the regulariser of Haputhanthri et al.
// 2025 (arXiv:2502.07256). Per fixed step (explicit Euler, after the step of the network):
//
//   S(t+1) = (1 - dt/tau_s) S(t) - (beta dt / (N tau_s)) q(t) r(t)^T
//
// dense     S as N x N per trial (tcr_dense.cpp); the only form with a mask, and the one that rk4 and dopri5 integrate jointly
// history   S(t) r(t) = -(beta dt/(N tau_s)) sum_{k<t} (1-dt/tau_s)^(t-1-k) q(k) (r(k) . r(t)): no N x N state at all
// chunked   the history of the last `synapse.chunk` steps, and a dense S to which every full chunk is added as one
// product
//
// All three are the same numbers to rounding (tests/test_tcr.cpp). What W keeps of S (consolidation): after each update
// it gains kappa times the integral of S over the trial, mean of the batch.
#include "plasticity/short_term/tcr.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/options/parameter_list.hpp"

namespace stillpoint {

double tcr_stability_bound_ms(double beta, double tau_s_ms, double rho) { return 2 * tau_s_ms / (1 + beta * rho); }

template <class Scalar>
Matrix<Scalar> tcr_integral(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, double beta,
                            double tau_s_ms) {
  const auto& run = simulation.trajectory();
  const auto& dynamics = simulation.dynamics();
  const Index N = run.state.rows(), B = run.batch;
  const double dt_ms = simulation.integration().dt_ms, keep = 1 - dt_ms / tau_s_ms;
  Matrix<Scalar> weighted(N, run.steps * B);
  for (Index t = 0; t < run.steps; ++t) {
    auto q = run.at(weighted, t);
    StepView<Scalar>{t, run.at(run.state, t), run.at(run.rates(), t), run.at(run.activation, t), dynamics}
        .postsynaptic_change(q);
    for (Index b = 0; b < B; ++b) {
      const Index left = trials.length[static_cast<std::size_t>(b)] - t;  // steps that q(t) r(t)^T stays in S
      const double decay = std::pow(keep, static_cast<double>(std::max<Index>(left, 0)));
      q.col(b) *= static_cast<Scalar>((1 - decay) / (1 - keep));
    }
  }
  const double scale = -beta * dt_ms * dt_ms / (tau_s_ms * static_cast<double>(N * B));
  return static_cast<Scalar>(scale) * weighted * run.rates().leftCols(run.steps * B).transpose();
}

template Matrix<float> tcr_integral(const Simulation<float>&, const TrialSet<float>&, double, double);
template Matrix<double> tcr_integral(const Simulation<double>&, const TrialSet<double>&, double, double);

namespace {

/// Control: the network receives the current that the synapse of another trial of the batch made when it ran unyoked.
template <class Scalar>
class YokedTcr : public Synapse<Scalar> {
 public:
  YokedTcr(const SynapseContext& context, std::unique_ptr<Synapse<Scalar>> own)
      : integration_(context.integration), noise_(context.noise), own_(std::move(own)) {}

  double memory(const Sizes& of) const override {
    const double current = of.N * of.T * of.B;  // as it was made, and as it is played back
    return own_->memory(of) + sizeof(Scalar) * (of.trajectory() + 2 * current);
  }
  bool drives() const override { return true; }
  double stability_bound_ms(double rho) const override { return own_->stability_bound_ms(rho); }
  void set_strength(double factor) override { own_->set_strength(factor); }
  Blockable blockable() const override { return Blockable::expression; }
  void set_donors(Donors donors) override { donors_ = donors; }
  void begin(const Network<Scalar>& network, const TrialSet<Scalar>& trials, TrialKey key,
             MatrixView<Scalar>) override {
    require_parameter(trials.batch > 1, "training.batch", "1",
                      "synapse.current = yoked needs at least two trials in a batch");
    if (!unyoked_ || &unyoked_->network() != &network) {
      unyoked_ = std::make_unique<Simulation<Scalar>>(network, integration_, noise_);
      unyoked_->keep_current(true);
    }
    unyoked_->run(trials, key, *own_);
    replayed_.load(unyoked_->trajectory(), donors_of(trials));
  }
  void add_current(Index step, MatrixView<Scalar> r, MatrixRef<Scalar> u) override {
    replayed_.add_current(step, r, u);
  }

 private:
  std::vector<Index> donors_of(const TrialSet<Scalar>& trials) const {
    const auto condition = [&](Index b) { return trials.condition[static_cast<std::size_t>(b)]; };
    std::vector<Index> donors;
    for (Index b = 0; b < trials.batch; ++b) {
      Index next = 1;
      if (donors_ == Donors::same_condition)
        while (condition((b + next) % trials.batch) != condition(b)) ++next;  // b itself at the latest
      donors.push_back((b + (next < trials.batch ? next : 1)) % trials.batch);
    }
    return donors;
  }

  Integration integration_;
  Noise noise_;
  Donors donors_ = Donors::next;
  std::unique_ptr<Synapse<Scalar>> own_;
  std::unique_ptr<Simulation<Scalar>> unyoked_;
  ReplayedSynapse<Scalar> replayed_;
};

const std::vector<std::string> synapse_forms = {"auto", "dense", "history", "chunked"};

const ParameterList<TcrParameters>& tcr_list() {
  using P = TcrParameters;
  static const auto all =
      ParameterList<P>()
          .number("synapse.beta", &P::beta, "", nonnegative, "strength; S is of order beta r v d / N")
          .number("synapse.tau_s_ms", &P::tau_s_ms, "ms", positive, "time constant of S")
          .choice("synapse.form", &P::form, synapse_forms, "how S is computed: the same numbers at different cost")
          .integer("synapse.chunk", &P::chunk, "steps", {1, 1e6}, "chunked form: steps between two additions to S")
          .number("synapse.consolidation", &P::consolidation, "1/ms", nonnegative,
                  "kappa: after each update W gains kappa times the integral of S over the trial, mean of the batch")
          .choice("synapse.postsynaptic", &P::postsynaptic, {"own", "permuted"},
                  "control: permuted gives the postsynaptic factor to the wrong neurons, anew each trial")
          .choice("synapse.current", &P::current, {"own", "yoked"},
                  "control: yoked replays the current S r of another trial of the batch");
  return all;
}

template <class Scalar>
std::unique_ptr<Synapse<Scalar>> make_tcr(const TcrParameters& parameters, const SynapseContext& context) {
  using Form = TcrParameters::Form;
  const double dt_ms = context.integration.dt_ms;
  require_parameter(dt_ms <= parameters.tau_s_ms, "synapse.tau_s_ms", number_text(parameters.tau_s_ms),
                    "must be at least integration.dt_ms");
  require_parameter(
      context.integration.method != Method::dopri5 || parameters.postsynaptic == TcrParameters::Postsynaptic::own,
      "synapse.postsynaptic", "permuted", "needs a fixed step: integration.method = euler, exponential_euler or rk4");
  // Bytes per step and trial: history 2 N T on average N T / 2 each, chunked N^2 + 2 N chunk.
  Form form = parameters.form;
  const bool joint = !context.integration.has_adjoint();
  if (form == Form::automatic)
    form = context.constrained || joint                          ? Form::dense
           : context.steps <= context.neurons + parameters.chunk ? Form::history
                                                                 : Form::chunked;
  require_parameter(!context.constrained || form == Form::dense, "synapse.form",
                    synapse_forms[static_cast<std::size_t>(form)], "a network with a mask or Dale's law needs dense");
  require_parameter(parameters.consolidation == 0 || !context.has_factors, "synapse.consolidation",
                    number_text(parameters.consolidation),
                    "has no place in a network whose W is the product of factors");

  const Tcr tcr(parameters, dt_ms);
  auto synapse = form == Form::dense
                     ? make_dense_tcr<Scalar>(tcr)
                     : make_factored_tcr<Scalar>(tcr, form == Form::history ? context.steps : parameters.chunk);
  if (parameters.current == TcrParameters::Current::yoked)
    synapse = std::make_unique<YokedTcr<Scalar>>(context, std::move(synapse));
  return synapse;
}

}  // namespace

TcrParameters tcr_parameters(const Options& options) { return tcr_list().from(options); }

TcrParameters as_equation(TcrParameters parameters) {
  const std::string none = "this control is no differential equation of one trial's state";
  require_parameter(parameters.postsynaptic == TcrParameters::Postsynaptic::own, "synapse.postsynaptic", "permuted",
                    none);
  require_parameter(parameters.current == TcrParameters::Current::own, "synapse.current", "yoked", none);
  parameters.form = TcrParameters::Form::dense;
  return parameters;
}

SynapseModel tcr_synapse(const TcrParameters& parameters) {
  tcr_list().check(parameters);
  const bool consolidates = parameters.consolidation > 0;
  require_parameter(!consolidates || parameters.postsynaptic == TcrParameters::Postsynaptic::own,
                    "synapse.postsynaptic", "permuted", "must be own where synapse.consolidation > 0");
  require_parameter(!consolidates || parameters.current == TcrParameters::Current::own, "synapse.current", "yoked",
                    "must be own where synapse.consolidation > 0");
  return {"tcr", [=](const SynapseContext& context) { return make_tcr<float>(parameters, context); },
          [=](const SynapseContext& context) { return make_tcr<double>(parameters, context); }};
}

SynapseKind tcr_synapse_kind() {
  return {"tcr", "temporal consistency: synapses that oppose change of their target's rate", tcr_list().options(),
          [](const Options& options) { return tcr_synapse(tcr_parameters(options)); }};
}

}  // namespace stillpoint
