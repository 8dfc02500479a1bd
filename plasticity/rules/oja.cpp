// Oja's rule (Oja 1982, doi:10.1007/BF00275687): Hebbian growth with a decay that bounds it,
//
//   dW_ij = eta mean_{t,b} [ r_i(t+1) z_j(t) - r_i(t+1)^2 W_ij ]
//
// Unsupervised; W alone learns by it, the readout by its own gradient. r_i is the rate after the step that z_j drove.
#include "plasticity/rule.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class Oja : public Rule<Scalar> {
 public:
  explicit Oja(double rate) : rate_(rate) {}
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

template <class Scalar>
std::unique_ptr<Rule<Scalar>> make(const Options& options) {
  return std::make_unique<Oja<Scalar>>(options.number("oja.rate"));
}

}  // namespace

RuleKind oja_rule() {
  RuleKind kind{"oja",
                "unsupervised: Hebbian growth that bounds itself; the readout learns by its own gradient",
                {number_option("oja.rate", "1e-3", "", nonnegative, "eta per update")},
                make<float>,
                make<double>};
  kind.emits = Emits::change;
  kind.supervised = false;
  kind.rate_option = "oja.rate";
  return kind;
}

}  // namespace stillpoint
