// FORCE on the readout (Sussillo & Abbott 2009, doi:10.1016/j.neuron.2009.07.018): while the network runs with its
// output fed back, recursive least squares keeps the output at its target from the first step on. W_out alone learns.
//
// Every `force.every` steps, for each trial in turn, the error that is corrected is that before the change. Outputs
// that are not graded at a step are left alone. P is kept from update to update. Deviation: the readout bias does not
// learn.
#include "plasticity/rule.hpp"
#include "plasticity/rules/recursive_least_squares.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class Force : public Rule<Scalar> {
 public:
  Force(double regularisation, Index every) : regularisation_(regularisation), every_(every) {}
  bool online() const override { return true; }

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

 private:
  double regularisation_;
  Index every_;
  RecursiveLeastSquares squares_;
  Matrix<double> change_;  // O x N, since the last write
};

template <class Scalar>
std::unique_ptr<Rule<Scalar>> make(const Options& options) {
  return std::make_unique<Force<Scalar>>(options.number("force.regularisation"), options.integer("force.every"));
}

}  // namespace

RuleKind force_rule() {
  RuleKind kind{"force",
                "recursive least squares on the readout, whose output is fed back (network.feedback = uniform)",
                {
                    number_option("force.regularisation", "1", "", positive, "a: P starts as I / a"),
                    integer_option("force.every", "2", "steps", {1, 1e6}, "steps between two changes"),
                },
                make<float>,
                make<double>};
  kind.emits = Emits::change_by_step;
  kind.own_readout = true;
  kind.needs_feedback_weights = true;
  kind.any_network = true;
  kind.rate_option = "force.regularisation";
  return kind;
}

}  // namespace stillpoint
