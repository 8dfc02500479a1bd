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

#include "plasticity/rule.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

struct Setting {
  double rate, amplitude, frequency_hz, mean_tau_ms, memory, largest_change, dt_ms;
};

template <class Scalar>
class RewardHebbian : public Rule<Scalar>, private Perturbation<Scalar> {
 public:
  explicit RewardHebbian(const Setting& setting) : setting_(setting) {}
  Perturbation<Scalar>* perturbation() override { return this; }

  void begin(const Simulation<Scalar>& simulation, const TrialSet<Scalar>& trials, TrialKey key) override {
    batch_ = trials.batch;
    kicks_.setZero(simulation.network().size(), trials.steps * trials.batch);
    const double probability = std::min(1.0, setting_.frequency_hz * setting_.dt_ms / 1000);
    const auto& alpha = simulation.dynamics().alpha();
    for (Index t = 0; t < trials.steps; ++t)
      for (Index b = 0; b < trials.batch; ++b) {
        Stream stream(key.seed, Purpose::perturbation, key.update, static_cast<std::uint64_t>(b),
                      static_cast<std::uint64_t>(t));
        auto kick = kicks_.col(trials.column(t, b));
        for (Index i = 0; i < kick.size(); ++i)
          if (stream.bernoulli(probability))
            kick(i) = static_cast<Scalar>(setting_.amplitude * stream.uniform(-1, 1)) / alpha(i);
      }
  }

  void write(const TrialSetView<Scalar>& view, Gradient<Scalar>& change) override {
    const auto& run = view.simulation.trajectory();
    const auto& trials = view.trials;
    const Index N = run.state.rows(), T = run.steps;
    const auto keep = static_cast<Scalar>(std::exp(-setting_.dt_ms / setting_.mean_tau_ms));
    const auto largest = static_cast<Scalar>(setting_.largest_change);
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
      E_.noalias() = static_cast<Scalar>(-setting_.rate * R_bar * (R - R_bar)) * post_ * pre_.transpose();
      change.W += E_.cwiseMax(-largest).cwiseMin(largest);
      R_bar = setting_.memory * R_bar + (1 - setting_.memory) * R;
    }
  }

 private:
  void add(Index t, MatrixRef<Scalar> u) override { u += kicks_.middleCols(t * batch_, batch_); }

  Setting setting_;
  Index batch_ = 0;
  Matrix<Scalar> kicks_, post_, pre_, E_;
  Vector<Scalar> mean_;
  std::map<int, double> expected_;  // condition -> Rbar
};

template <class Scalar>
std::unique_ptr<Rule<Scalar>> make(const Options& options) {
  return std::make_unique<RewardHebbian<Scalar>>(
      Setting{options.number("reward_hebbian.rate"), options.number("reward_hebbian.amplitude"),
              options.number("reward_hebbian.frequency_hz"), options.number("reward_hebbian.mean_tau_ms"),
              options.number("reward_hebbian.memory"), options.number("reward_hebbian.largest_change"),
              options.number("integration.dt_ms")});
}

}  // namespace

RuleKind reward_hebbian_rule() {
  RuleKind kind{
      "reward_hebbian",
      "rare kicks of single neurons, a supralinear trace, and one scalar at the end of the trial",
      {
          number_option("reward_hebbian.rate", "0.1", "", nonnegative, "eta"),
          number_option("reward_hebbian.amplitude", "0.5", "", nonnegative,
                        "kick of the state, uniform from -amplitude to amplitude"),
          number_option("reward_hebbian.frequency_hz", "3", "Hz", nonnegative, "kicks per neuron and second"),
          number_option("reward_hebbian.mean_tau_ms", "0.334", "ms", positive,
                        "time constant of the running mean of x"),
          number_option("reward_hebbian.memory", "0.75", "", {0, 1}, "m: what is kept of the expected error per trial"),
          number_option("reward_hebbian.largest_change", "1e-4", "", positive,
                        "clip of each weight's change per trial"),
      },
      make<float>,
      make<double>};
  kind.emits = Emits::change;
  kind.perturbs = true;
  kind.rate_option = "reward_hebbian.rate";
  return kind;
}

}  // namespace stillpoint
