// full-FORCE (DePasquale, Cueva, Rajan, Escola & Abbott 2018, doi:10.1371/journal.pone.0191527): a second, random
// network is driven by the target as well as by the input; recursive least squares makes the recurrent input of the
// network that learns equal to what the second one receives, and its readout equal to the target.
//
//   target network:  u_D = W_D r_D + W_in s + b + U y,    W_D ~ N(0, g_D^2/N),  U ~ uniform(-1, 1), both fixed
//   every step:      W -= (W r - W_D r_D - U y) gain^T,   W_out -= (y_hat - y) gain^T,   one P for all
//
// In the index of this code y(t) belongs to the output at r(t+1): it enters the target network's drive one step later,
// as the output itself would. The network that learns needs no feedback of its readout.
#include <cmath>

#include "plasticity/rules/recursive_least_squares.hpp"
#include "plasticity/rules/rules.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class FullForce : public Rule<Scalar> {
 public:
  explicit FullForce(const FullForceParameters& parameters)
      : regularisation_(parameters.regularisation), gain_(parameters.gain), every_(parameters.every) {}
  bool online() const override { return true; }
  double memory(const Sizes& of) const override {
    auto driven = of;
    driven.K += of.O;
    return RecursiveLeastSquares::memory(of.N) + sizeof(double) * of.N * of.N +
           sizeof(Scalar) * (of.N * of.N + of.trajectory() + driven.trial_set());
  }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key) override {
    const auto& network = simulation.network();
    const Index N = network.size(), K = network.inputs(), O = network.outputs(), B = trials.batch;
    if (!squares_.begun()) make_target_network(network, key.seed);
    if (!target_run_) target_run_ = std::make_unique<Simulation<Scalar>>(target_, simulation.integration());
    auto driven = TrialSet<Scalar>::zeros(K + O, O, trials.steps, B);
    driven.inputs.topRows(K) = trials.inputs;
    driven.inputs.bottomRows(O).rightCols((trials.steps - 1) * B) = trials.targets.leftCols((trials.steps - 1) * B);
    target_run_->run(driven, key, no_synapse_);
    recurrent_change_.setZero(N, N);
    readout_change_.setZero(O, N);
  }

  void step(Index t, const TrialSetView<Scalar>& view, MatrixView<Scalar>) override {
    if (t % every_ != 0) return;
    const auto& run = view.simulation.trajectory();
    const auto& network = view.simulation.network();
    const auto& aim = target_run_->trajectory();
    for (Index b = 0; b < run.batch; ++b) {
      if (!view.trials.valid(t, b)) continue;
      const Index column = view.trials.column(t, b);
      const Vector<double> r = run.at(run.rates(), t + 1).col(b).template cast<double>();
      const Vector<double> y = view.trials.targets.col(column).template cast<double>();
      const Vector<double> wanted =
          (target_.W * aim.at(aim.rates(), t + 1).col(b) + target_.W_in.rightCols(y.size()) * y.template cast<Scalar>())
              .template cast<double>();
      const Vector<double> received = network.W.template cast<double>() * r + recurrent_change_ * r;
      const Vector<double> y_hat =
          network.W_out.template cast<double>() * r + readout_change_ * r + network.b_out.template cast<double>();
      squares_.take(r);
      recurrent_change_.noalias() -= (received - wanted) * squares_.gain().transpose();
      readout_change_.noalias() -=
          view.trials.mask.col(column).template cast<double>().cwiseProduct(y_hat - y) * squares_.gain().transpose();
    }
  }

  void write(const TrialSetView<Scalar>&, Gradient<Scalar>& change) override {
    change.W = recurrent_change_.template cast<Scalar>();
    change.W_out = readout_change_.template cast<Scalar>();
    recurrent_change_.setZero();
    readout_change_.setZero();
  }
  void keep(KeptState& state) override { state(squares_, target_); }

 private:
  void make_target_network(const Network<Scalar>& network, std::uint64_t seed) {
    const Index N = network.size(), K = network.inputs(), O = network.outputs();
    squares_.begin(N, regularisation_);
    target_ = network;
    Stream stream(seed, Purpose::target_network);
    stream.fill_normal(target_.W, gain_ / std::sqrt(static_cast<double>(N)));
    target_.W_in.conservativeResize(N, K + O);
    for (auto& u : target_.W_in.rightCols(O).reshaped()) u = static_cast<Scalar>(stream.uniform(-1, 1));
  }

  double regularisation_, gain_;
  Index every_;
  RecursiveLeastSquares squares_;
  Network<Scalar> target_;
  std::unique_ptr<Simulation<Scalar>> target_run_;
  Synapse<Scalar> no_synapse_;
  Matrix<double> recurrent_change_, readout_change_;  // since the last write
};

RuleTraits full_force_traits() {
  RuleTraits traits{"full_force",
                    "recursive least squares on recurrent weights and readout, towards a network driven by the target"};
  traits.emits = Emits::change_by_step;
  traits.own_readout = true;
  traits.needs_free_weights = true;
  traits.rate_option = "full_force.regularisation";
  return traits;
}

const ParameterList<FullForceParameters>& full_force_list() {
  using P = FullForceParameters;
  static const auto list =
      ParameterList<P>()
          .number("full_force.regularisation", &P::regularisation, "", positive, "a: P starts as I / a")
          .integer("full_force.every", &P::every, "steps", {1, 1e6}, "steps between two changes")
          .number("full_force.gain", &P::gain, "", nonnegative, "gain of the target-driven network");
  return list;
}

}  // namespace

RuleModel full_force(const FullForceParameters& parameters) {
  full_force_list().check(parameters);
  return rule_model<FullForce>(full_force_traits(), parameters);
}

RuleKind full_force_rule() {
  return {full_force_traits(), full_force_list().options(),
          [](const Options& options) { return full_force(full_force_list().from(options)); }};
}

}  // namespace stillpoint
