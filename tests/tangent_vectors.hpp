// Chaos and speed of a tanh network with temporal consistency by equations of their own: one Euler step written out,
// and its tangent vector. The task that the tests of exponents and of controls share.
#pragma once

#include "analysis/paths/lyapunov.hpp"
#include "experiments/runs/controls.hpp"
#include "tasks/task.hpp"
#include "tests/problems.hpp"
#include "tests/settings.hpp"

namespace stillpoint::problems {

/// Trials of constant input.
inline TrialSource constant_source(const Column& input, Index steps = 50) {
  return [=](TrialKey, Index count) { return held_trials(input.replicate(1, count), steps); };
}

/// One task at update 0, as a training run would see it.
struct Problem {
  Options options;
  std::unique_ptr<Task> task;
  Integration integration;
  Network<double> network;
  std::uint64_t seed;

  Problem(std::uint64_t run_seed, const Assignments& assignments)
      : options(resolve_options(assignments)),
        task(task_kind(options.text("task.name")).make(options, options.number("integration.dt_ms"))),
        integration(make_integration(options)),
        network(make_network(options, task->inputs(), task->outputs(), run_seed)),
        seed(run_seed) {}
  TrialSource source() const {
    return [this](TrialKey key, Index count) { return task->draw(key, count); };
  }
  TrainingSetting setting() const { return testing::setting_of(options, seed, source()); }
  /// Trials that the run itself never sees.
  TrialSet<double> fresh_trials(Index count) const { return task->draw({seed + 1, 9}, count); }
};

inline Assignments strongly_connected(const std::string& size, const Assignments& more = {}) {
  Assignments all = {{"network.size", size},
                     {"network.gain", "2.5"},
                     {"task.name", "evidence_accumulation"},
                     {"integration.dt_ms", "5"}};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}
constexpr TcrConstants default_tcr{100, 200}, no_tcr{0, 200};

/// One Euler step of a tanh network with temporal consistency, and of a tangent vector (dr, dS) when there is one.
class WrittenOut {
 public:
  WrittenOut(const Network<double>& network, TcrConstants tcr, double dt_ms)
      : network_(network),
        consistent_(tcr.beta > 0),
        alpha_(dt_ms / network.tau_ms(0)),
        keep_(1 - dt_ms / tcr.tau_s_ms),
        gain_(-tcr.beta * dt_ms / (tcr.tau_s_ms * static_cast<double>(network.size()))) {}

  Column r, dr;
  Array S, dS;

  /// New state r(0), S = 0.
  void start(std::uint64_t from) {
    const Index N = network_.size();
    r = normal_array(N, 1, from, 0.1).array().tanh();
    dr = normal_array(N, 1, from + 500);
    S = dS = Array::Zero(N, N);
  }
  /// Returns v = tau dr/dt.
  Column step(const Column& input, bool tangent) {
    const Column f = ((network_.W + S) * r + network_.W_in * input + network_.b).array().tanh();
    const Column d = 1 - f.array().square(), v = f - r, q = v.cwiseProduct(d);
    if (tangent) {
      const Column df = d.cwiseProduct((network_.W + S) * dr + dS * r), dv = df - dr,
                   dq = dv.cwiseProduct(d) - 2 * v.cwiseProduct(f).cwiseProduct(df);
      if (consistent_) dS = (keep_ * dS + gain_ * (dq * r.transpose() + q * dr.transpose())).eval();
      dr += alpha_ * dv;
    }
    if (consistent_) S = (keep_ * S + gain_ * q * r.transpose()).eval();
    r += alpha_ * v;
    return v;
  }

 private:
  const Network<double>& network_;
  bool consistent_;
  double alpha_, keep_, gain_;
};

/// Leading exponent [1/s] by a tangent vector; each replica runs through its share of the trials, one after the other,
/// and the first sixth is not counted.
inline LyapunovEstimate by_tangent_vector(const Network<double>& network, TcrConstants tcr,
                                          const TrialSet<double>& trials, double dt_ms, Index replicas) {
  const Index share = trials.batch / replicas, discarded = share / 6;
  WrittenOut system(network, tcr, dt_ms);
  Column exponents = Column::Zero(replicas);
  for (Index replica = 0; replica < replicas; ++replica) {
    system.start(static_cast<std::uint64_t>(replica));
    for (Index trial = 0; trial < share; ++trial)
      for (Index t = 0; t < trials.steps; ++t) {
        system.step(trials.inputs.col(trials.column(t, replica * share + trial)), true);
        const double stretch = std::sqrt(system.dr.squaredNorm() + system.dS.squaredNorm());
        system.dr /= stretch;
        system.dS /= stretch;
        if (trial >= discarded) exponents(replica) += std::log(stretch);
      }
  }
  exponents *= 1000 / (static_cast<double>((share - discarded) * trials.steps) * dt_ms);
  const double mean = exponents.mean(), count = static_cast<double>(replicas);
  return {mean, std::sqrt((exponents.array() - mean).square().sum() / (count - 1) / count)};
}

/// V [1/s] on the trials.
inline double speed(const Network<double>& network, TcrConstants tcr, const TrialSet<double>& trials, double dt_ms) {
  WrittenOut system(network, tcr, dt_ms);
  double squares = 0;
  for (Index b = 0; b < trials.batch; ++b) {
    system.start(static_cast<std::uint64_t>(b));
    for (Index t = 0; t < trials.steps; ++t)
      squares += (system.step(trials.inputs.col(trials.column(t, b)), false) / network.tau_ms(0)).squaredNorm();
  }
  return 1000 * std::sqrt(squares / static_cast<double>(network.size() * trials.steps * trials.batch));
}

inline double standard_errors(const LyapunovEstimate& a, const LyapunovEstimate& b) {
  return std::hypot(a.standard_error, b.standard_error);
}

}  // namespace stillpoint::problems
