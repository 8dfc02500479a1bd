// Oja's rule (Oja 1982, doi:10.1007/BF00275687): Hebbian growth with a decay that bounds it,
//
//   dW_ij = eta mean_{t,b} [ r_i(t+1) z_j(t) - r_i(t+1)^2 W_ij ]
//
// Unsupervised; W alone learns by it, the readout by its own gradient. r_i is the rate after the step that z_j drove.
#include "plasticity/rules/rules.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class Oja : public Rule<Scalar> {
 public:
  explicit Oja(const OjaParameters& parameters) : rate_(parameters.rate) {}
  double memory(const Sizes& of) const override { return sizeof(Scalar) * of.N * of.T * of.B; }
  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& change) override {
    const auto& run = view.simulation.trajectory();
    post_ = run.rates().rightCols(run.steps * run.batch);
    for (Index t = 0; t < run.steps; ++t)
      for (Index b = 0; b < run.batch; ++b)
        if (!view.trials.valid(t, b)) post_.col(view.trials.column(t, b)).setZero();
    const auto scale = static_cast<Scalar>(rate_ / static_cast<double>(view.trials.valid_columns()));
    change.W.noalias() = scale * post_ * run.presynaptic_factor().transpose();
    const Vector<Scalar> power = scale * post_.rowwise().squaredNorm();
    change.W.noalias() -= power.asDiagonal() * view.simulation.network().W;
  }

 private:
  double rate_;
  Matrix<Scalar> post_;
};

RuleTraits oja_traits() {
  RuleTraits traits{"oja", "unsupervised: Hebbian growth that bounds itself; the readout learns by its own gradient"};
  traits.emits = Emits::change;
  traits.supervised = false;
  traits.rate_option = "oja.rate";
  return traits;
}

const ParameterList<OjaParameters>& oja_list() {
  using P = OjaParameters;
  static const auto list = ParameterList<P>().number("oja.rate", &P::rate, "", nonnegative, "eta per update");
  return list;
}

}  // namespace

RuleModel oja(const OjaParameters& parameters) {
  oja_list().check(parameters);
  return rule_model<Oja>(oja_traits(), parameters);
}

RuleKind oja_rule() {
  return {oja_traits(), oja_list().options(), [](const Options& options) { return oja(oja_list().from(options)); }};
}

}  // namespace stillpoint
