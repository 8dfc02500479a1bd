// Reward-modulated Hebbian learning (Miconi 2017, doi:10.7554/eLife.20899): rare kicks of single neurons, a supralinear
// trace of what they did, and at the trial's end a scalar that says whether the trial went better than its kind does.
//
//   E_ij = sum_t [ r_j(t) (x_i(t+1) - xbar_i(t)) ]^3,   xbar(t+1) = k xbar(t) + (1 - k) x(t+1)
//   dW   = sum_b clip( -eta Rbar_c E (R_b - Rbar_c) ),   Rbar_c <- m Rbar_c + (1 - m) R_b
//
// R_b: mean absolute error of the trial, c its condition. W alone learns by it; the readout has its own gradient here,
// where the paper reads out one neuron. k is given as a time constant, the kick as the jump of the state
// (of leaky_current, the paper's network; on leaky_rate it goes through phi and saturates). The weights
// of a batch change together: with training.batch = 1 once per trial, as in the paper. The first trial of a condition
// sets Rbar and changes nothing.
#include <algorithm>
#include <cmath>
#include <map>

#include "plasticity/rules/rules.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

template <class Scalar>
class RewardHebbian : public Rule<Scalar>, private Perturbation<Scalar> {
 public:
  explicit RewardHebbian(const RewardHebbianParameters& parameters) : parameters_(parameters) {}
  double memory(const Sizes& of) const override { return sizeof(Scalar) * (of.N * of.T * (of.B + 2) + of.N * of.N); }
  Perturbation<Scalar>* perturbation() override { return this; }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key) override {
    batch_ = trials.batch;
    kicks_.setZero(simulation.network().size(), trials.steps * trials.batch);
    const double dt_ms = simulation.integration().dt_ms;
    const double probability = std::min(1.0, parameters_.frequency_hz * dt_ms / 1000);
    const auto& alpha = simulation.dynamics().alpha();
    for (Index t = 0; t < trials.steps; ++t)
      for (Index b = 0; b < trials.batch; ++b) {
        Stream stream(key.seed, Purpose::perturbation, key.update, static_cast<std::uint64_t>(b),
                      static_cast<std::uint64_t>(t));
        auto kick = kicks_.col(trials.column(t, b));
        for (Index i = 0; i < kick.size(); ++i)
          if (stream.bernoulli(probability))
            kick(i) = static_cast<Scalar>(parameters_.amplitude * stream.uniform(-1, 1)) / alpha(i);
      }
  }

  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& change) override {
    const auto& run = view.simulation.trajectory();
    const auto& trials = view.trials;
    const Index N = run.state.rows(), T = run.steps;
    const auto keep = static_cast<Scalar>(std::exp(-view.simulation.integration().dt_ms / parameters_.mean_tau_ms));
    const auto largest = static_cast<Scalar>(parameters_.largest_change);
    for (Index b = 0; b < run.batch; ++b) {
      const Index length = std::min(T, trials.length[static_cast<std::size_t>(b)]);
      post_.resize(N, length);
      pre_.resize(N, length);
      mean_ = run.at(run.state, 0).col(b);
      double wrong = 0, graded = 0;
      for (Index t = 0; t < length; ++t) {
        const auto x = run.at(run.state, t + 1).col(b);
        post_.col(t) = (x - mean_).array().cube();
        pre_.col(t) = run.at(run.rates(), t).col(b).array().cube();
        mean_ = keep * mean_ + (1 - keep) * x;
        const Index column = trials.column(t, b);
        const auto m = trials.mask.col(column).array();
        wrong += static_cast<double>((m * (run.outputs.col(column) - trials.targets.col(column)).array().abs()).sum());
        graded += static_cast<double>(m.sum());
      }
      if (graded == 0) continue;
      const double R = wrong / graded;
      const auto [expected, is_first] = expected_.try_emplace(trials.condition[static_cast<std::size_t>(b)], R);
      double& R_bar = expected->second;
      if (is_first || R == R_bar) continue;
      E_.noalias() = static_cast<Scalar>(-parameters_.rate * R_bar * (R - R_bar)) * post_ * pre_.transpose();
      change.W += E_.cwiseMax(-largest).cwiseMin(largest);
      R_bar = parameters_.memory * R_bar + (1 - parameters_.memory) * R;
    }
  }
  void keep(KeptState& state) override { state(expected_); }

 private:
  void add(Index t, MatrixRef<Scalar> u) override { u += kicks_.middleCols(t * batch_, batch_); }

  RewardHebbianParameters parameters_;
  Index batch_ = 0;
  Matrix<Scalar> kicks_, post_, pre_, E_;
  Vector<Scalar> mean_;
  std::map<int, double> expected_;  // condition -> Rbar
};

RuleTraits reward_hebbian_traits() {
  RuleTraits traits{"reward_hebbian",
                    "rare kicks of single neurons, a supralinear trace, and one scalar at the end of the trial"};
  traits.emits = Emits::change;
  traits.perturbs = true;
  traits.rate_option = "reward_hebbian.rate";
  return traits;
}

const ParameterList<RewardHebbianParameters>& reward_hebbian_list() {
  using P = RewardHebbianParameters;
  static const auto list =
      ParameterList<P>()
          .number("reward_hebbian.rate", &P::rate, "", nonnegative, "eta")
          .number("reward_hebbian.amplitude", &P::amplitude, "", nonnegative,
                  "kick of the state, uniform from -amplitude to amplitude")
          .number("reward_hebbian.frequency_hz", &P::frequency_hz, "Hz", nonnegative, "kicks per neuron and second")
          .number("reward_hebbian.mean_tau_ms", &P::mean_tau_ms, "ms", positive,
                  "time constant of the running mean of x")
          .number("reward_hebbian.memory", &P::memory, "", {0, 1}, "m: what is kept of the expected error per trial")
          .number("reward_hebbian.largest_change", &P::largest_change, "", positive,
                  "clip of each weight's change per trial");
  return list;
}

}  // namespace

RuleModel reward_hebbian(const RewardHebbianParameters& parameters) {
  reward_hebbian_list().check(parameters);
  return rule_model<RewardHebbian>(reward_hebbian_traits(), parameters);
}

RuleKind reward_hebbian_rule() {
  return {reward_hebbian_traits(), reward_hebbian_list().options(),
          [](const Options& options) { return reward_hebbian(reward_hebbian_list().from(options)); }};
}

}  // namespace stillpoint
