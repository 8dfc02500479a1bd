// FORCE on the readout (Sussillo & Abbott 2009, doi:10.1016/j.neuron.2009.07.018): while the network runs with its
// output fed back, recursive least squares keeps the output at its target from the first step on. W_out alone learns.
//
// Every `force.every` steps, for each trial in turn, the error that is corrected is that before the change. Outputs
// that are not graded at a step are left alone. P is kept from update to update. Deviation: the readout bias does not
// learn.
#include "plasticity/rules/recursive_least_squares.hpp"
#include "plasticity/rules/rules.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class Force : public Rule<Scalar> {
 public:
  explicit Force(const ForceParameters& parameters)
      : regularisation_(parameters.regularisation), every_(parameters.every) {}
  bool online() const override { return true; }
  double memory(const Sizes& of) const override { return RecursiveLeastSquares::memory(of.N); }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>&, TrialKey) override {
    const auto& network = simulation.network();
    if (!squares_.begun()) squares_.begin(network.size(), regularisation_);
    change_.setZero(network.outputs(), network.size());
  }

  void step(Index t, const TrialSetView<Scalar>& view, MatrixView<Scalar>) override {
    const auto& run = view.simulation.trajectory();
    const auto& network = view.simulation.network();
    if (t % every_ != 0) return;
    for (Index b = 0; b < run.batch; ++b) {
      const Index column = view.trials.column(t, b);
      const auto graded = view.trials.mask.col(column).template cast<double>();
      if (graded.maxCoeff() == 0) continue;
      const Vector<double> r = run.at(run.read(), t + 1).col(b).template cast<double>();
      const Vector<double> y = view.trials.targets.col(column).template cast<double>();
      const Vector<double> y_hat =
          network.W_out.template cast<double>() * r + change_ * r + network.b_out.template cast<double>();
      squares_.take(r);
      change_.noalias() -= graded.cwiseProduct(y_hat - y) * squares_.gain().transpose();
    }
  }

  void write(const TrialSetView<Scalar>&, Gradient<Scalar>& change) override {
    change.W_out = change_.template cast<Scalar>();
    change_.setZero();
  }
  void keep(KeptState& state) override { state(squares_); }

 private:
  double regularisation_;
  Index every_;
  RecursiveLeastSquares squares_;
  Matrix<double> change_;  // O x N, since the last write
};

RuleTraits force_traits() {
  RuleTraits traits{"force",
                    "recursive least squares on the readout, whose output is fed back (network.feedback = uniform)"};
  traits.emits = Emits::change_by_step;
  traits.own_readout = true;
  traits.needs_feedback_weights = true;
  traits.any_network = true;
  traits.rate_option = "force.regularisation";
  return traits;
}

const ParameterList<ForceParameters>& force_list() {
  using P = ForceParameters;
  static const auto list = ParameterList<P>()
                               .number("force.regularisation", &P::regularisation, "", positive, "a: P starts as I / a")
                               .integer("force.every", &P::every, "steps", {1, 1e6}, "steps between two changes");
  return list;
}

}  // namespace

RuleModel force(const ForceParameters& parameters) {
  force_list().check(parameters);
  return rule_model<Force>(force_traits(), parameters);
}

RuleKind force_rule() {
  return {force_traits(), force_list().options(),
          [](const Options& options) { return force(force_list().from(options)); }};
}

}  // namespace stillpoint
