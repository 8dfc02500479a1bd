// Node perturbation in a recurrent network (Fiete & Seung 2006, doi:10.1103/PhysRevLett.97.048104; Werfel, Xie & Seung
// 2005, doi:10.1162/089976605774320539): noise xi of standard deviation sigma enters the drive of every neuron, and
// what it did to the loss of the trial tells which way to go,
//
//   G_ij = sum_b (L_b[xi] - L_b[0]) / sigma^2  sum_t xi_i(t) z_j(t)
//
// whose mean over xi is dL/dW up to terms of order sigma^2. L_b[0] is the loss of the same trial without perturbation,
// which is run as well. The trace is made of the perturbation that was injected.
#include "plasticity/rules/rules.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

/// L_b: share of each trial in the loss, sum over its graded steps of |y_hat - y|^2 over the graded steps of all.
template <class Scalar>
Vector<Scalar> loss_by_trial(const Matrix<Scalar>& outputs, const TrialSet<Scalar>& trials) {
  Vector<Scalar> loss = Vector<Scalar>::Zero(trials.batch);
  for (Index t = 0; t < trials.steps; ++t)
    for (Index b = 0; b < trials.batch; ++b) {
      const Index column = trials.column(t, b);
      loss(b) +=
          (trials.mask.col(column).array() * (outputs.col(column) - trials.targets.col(column)).array().square()).sum();
    }
  return loss / trials.mask.sum();
}

template <class Scalar>
class NodePerturbation : public Rule<Scalar>, private Perturbation<Scalar> {
 public:
  explicit NodePerturbation(const NodePerturbationParameters& parameters) : sigma_(parameters.sigma) {}
  double memory(const Sizes& of) const override { return sizeof(Scalar) * of.U * of.T * of.B; }
  Perturbation<Scalar>* perturbation() override { return this; }
  bool needs_unperturbed_run() const override { return true; }
  void see_unperturbed(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials) override {
    unperturbed_ = loss_by_trial(simulation.trajectory().outputs, trials);
  }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key) override {
    xi_.resize(simulation.network().b.size(), trials.steps * trials.batch);
    for (Index t = 0; t < trials.steps; ++t)
      for (Index b = 0; b < trials.batch; ++b)
        Stream(key.seed, Purpose::perturbation, key.update, static_cast<std::uint64_t>(b),
               static_cast<std::uint64_t>(t))
            .fill_normal(xi_.col(trials.column(t, b)), sigma_);
    batch_ = trials.batch;
  }

  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& gradient) override {
    const auto& run = view.simulation.trajectory();
    const Vector<Scalar> worse =
        (loss_by_trial(run.outputs, view.trials) - unperturbed_) / static_cast<Scalar>(sigma_ * sigma_);
    for (Index t = 0; t < run.steps; ++t) run.at(xi_, t) *= worse.asDiagonal();
    gradient.W.noalias() = xi_ * run.presynaptic_factor().transpose();
    gradient.W_in.noalias() = xi_ * view.trials.inputs.transpose();
    gradient.b = xi_.rowwise().sum();
  }

 private:
  void add(Index t, MatrixRef<Scalar> u) override { u += xi_.middleCols(t * batch_, batch_); }

  double sigma_;
  Index batch_ = 0;
  Matrix<Scalar> xi_;  // U x T*B
  Vector<Scalar> unperturbed_;
};

RuleTraits node_perturbation_traits() {
  RuleTraits traits{"node_perturbation", "noise into every drive; what it did to the loss tells which way to go"};
  traits.perturbs = true;
  traits.any_network = true;
  return traits;
}

const ParameterList<NodePerturbationParameters>& node_perturbation_list() {
  using P = NodePerturbationParameters;
  static const auto list = ParameterList<P>().number("node_perturbation.sigma", &P::sigma, "", positive,
                                                     "SD of the perturbation of each drive");
  return list;
}

}  // namespace

RuleModel node_perturbation(const NodePerturbationParameters& parameters) {
  node_perturbation_list().check(parameters);
  return rule_model<NodePerturbation>(node_perturbation_traits(), parameters);
}

RuleKind node_perturbation_rule() {
  return {node_perturbation_traits(), node_perturbation_list().options(),
          [](const Options& options) { return node_perturbation(node_perturbation_list().from(options)); }};
}

}  // namespace stillpoint
