// Differential anti-Hebbian rule on rates (after Xie & Seung 1999, Advances in Neural Information Processing Systems
// 12, where spike-timing dependent plasticity is shown to be Hebbian in the change of the postsynaptic rate):
//
//   dW_ij = -eta mean_{t,b} v_i(t) r_j(t),   v = tau dr/dt
//
// Unsupervised: a synapse onto a rising neuron weakens. Without the gain d_i it is not the gradient of the energy of
// temporal consistency (tcr.form = instantaneous is); W alone learns by it.
#include "plasticity/rules/rules.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class AntiHebbian : public Rule<Scalar> {
 public:
  explicit AntiHebbian(const AntiHebbianParameters& parameters) : rate_(parameters.rate) {}
  double memory(const Sizes& of) const override { return sizeof(Scalar) * of.D * of.T * of.B; }
  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& change) override {
    const auto& run = view.simulation.trajectory();
    v_.resize(run.state.rows(), run.steps * run.batch);
    for (Index t = 0; t < run.steps; ++t) {
      view.simulation.dynamics().change(run.at(run.state, t), run.at(run.rates(), t), run.at(run.activation, t),
                                        run.at(v_, t));
      for (Index b = 0; b < run.batch; ++b)
        if (!view.trials.valid(t, b)) v_.col(view.trials.column(t, b)).setZero();
    }
    const auto scale = static_cast<Scalar>(-rate_ / static_cast<double>(view.trials.valid_columns()));
    change.W.noalias() = scale * v_ * run.rates().leftCols(run.steps * run.batch).transpose();
  }

 private:
  double rate_;
  Matrix<Scalar> v_;
};

RuleTraits anti_hebbian_traits() {
  RuleTraits traits{"anti_hebbian",
                    "unsupervised: synapses onto a rising neuron weaken; the readout learns by its own gradient"};
  traits.emits = Emits::change;
  traits.supervised = false;
  traits.rate_option = "anti_hebbian.rate";
  return traits;
}

const ParameterList<AntiHebbianParameters>& anti_hebbian_list() {
  using P = AntiHebbianParameters;
  static const auto list = ParameterList<P>().number("anti_hebbian.rate", &P::rate, "", nonnegative, "eta per update");
  return list;
}

}  // namespace

RuleModel anti_hebbian(const AntiHebbianParameters& parameters) {
  anti_hebbian_list().check(parameters);
  return rule_model<AntiHebbian>(anti_hebbian_traits(), parameters);
}

RuleKind anti_hebbian_rule() {
  return {anti_hebbian_traits(), anti_hebbian_list().options(),
          [](const Options& options) { return anti_hebbian(anti_hebbian_list().from(options)); }};
}

}  // namespace stillpoint
