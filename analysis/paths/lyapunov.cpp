#include "analysis/paths/lyapunov.hpp"

#include <cmath>

#include "sim/blas.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr double distance = 1e-7;  // sqrt of the rounding error of double, times ten: linear, and far above noise
constexpr Index steps_between = 10;
constexpr double nearest = 1e-3;  // of the distance: twins that come so near are pulled apart at once

/// Inputs of the task's trials back to back: `replicas` columns of at least `steps` steps, each column twice.
TrialSet<double> concatenated_twice(const TrialSource& source, std::uint64_t seed, Index replicas, Index steps) {
  auto once = source({seed, 0}, 1);
  auto all = TrialSet<double>::zeros(once.inputs.rows(), once.targets.rows(), steps, 2 * replicas);
  const Index per_replica = steps / std::max<Index>(1, once.length.front()) + 2;
  const auto pool = source({seed, 0}, replicas * per_replica);
  Index next = 0;
  for (Index replica = 0; replica < replicas; ++replica)
    for (Index t = 0; t < steps;) {
      const Index trial = next++ % pool.batch;
      for (Index i = 0; i < pool.length[static_cast<std::size_t>(trial)] && t < steps; ++i, ++t)
        for (const Index column : {replica, replica + replicas})
          all.inputs.col(all.column(t, column)) = pool.inputs.col(pool.column(i, trial));
    }
  return all;
}

/// The next steps of the trials, as many as are held at a time.
TrialSet<double> some_steps(const TrialSet<double>& trials, Index first) {
  auto some = TrialSet<double>::zeros(trials.inputs.rows(), trials.targets.rows(),
                                      std::min(LyapunovSetting::steps_held, trials.steps - first), trials.batch);
  some.inputs = trials.inputs.middleCols(trials.column(first, 0), some.inputs.cols());
  return some;
}

}  // namespace

LyapunovEstimate leading_lyapunov_exponent(const Network<double>& network, const Integration& integration,
                                           Synapse<double>& synapse, const TrialSource& source, std::uint64_t seed,
                                           const LyapunovSetting& setting) {
  const ProductsOnOneThread products;
  auto* continuous = synapse.continuous();
  require_parameter(continuous != nullptr || (!synapse.drives() && !synapse.scales()), "synapse.form", "not dense",
                    "the Lyapunov exponent needs the state of the synapse: use synapse.form = dense");
  const double dt = integration.dt_ms;
  const auto steps = static_cast<Index>(std::lround(setting.duration_ms / dt));
  const auto discarded = static_cast<Index>(std::lround(setting.discard_ms / dt));
  const Index R = setting.replicas;
  const auto trials = concatenated_twice(source, seed, R, steps);

  Simulation<double> simulation(network, integration);
  simulation.begin(some_steps(trials, 0), {seed, 0}, synapse);
  Matrix<double> x = simulation.trajectory().state.leftCols(2 * R);
  for (Index b = 0; b < R; ++b) {
    auto twin = x.col(R + b);
    Stream(seed, Purpose::perturbation, 0, static_cast<std::uint64_t>(b)).fill_normal(twin);
    twin = x.col(b) + distance * twin.normalized();
  }
  simulation.set_state(0, x);
  const Matrix<double> first = x.rightCols(R) - x.leftCols(R);

  Vector<double> growth = Vector<double>::Zero(R);
  const Index whole = steps / steps_between;  // segments; what is left of one does not count
  Index counted = 0;                          // segments after the discarded part
  for (Index t = 0; t < whole * steps_between; ++t) {
    const Index here = t % LyapunovSetting::steps_held;
    if (here == 0 && t > 0) {  // goes on where it was
      const Matrix<double> state = continuous ? continuous->state() : Matrix<double>();
      simulation.begin(some_steps(trials, t), {seed, 0}, synapse);
      simulation.set_state(0, x);
      if (continuous) continuous->state() = state;
    }
    simulation.step(here);
    const bool ends = (t + 1) % steps_between == 0, counts = t / steps_between * steps_between >= discarded;
    counted += ends && counts ? 1 : 0;
    x = simulation.trajectory().at(simulation.trajectory().state, here + 1);
    bool pulled = false;
    for (Index b = 0; b < R; ++b) {
      double squares = (x.col(R + b) - x.col(b)).squaredNorm();
      if (continuous) squares += (continuous->state().col(R + b) - continuous->state().col(b)).squaredNorm();
      const double stretch = std::sqrt(squares) / distance;
      if (!ends && !(stretch < nearest)) continue;
      pulled = true;
      if (counts) growth(b) += std::log(stretch);
      if (stretch == 0) {  // nothing of it is left: an exponent of -infinity; the twin starts again
        x.col(R + b) = x.col(b) + first.col(b);
        continue;
      }
      x.col(R + b) = x.col(b) + (x.col(R + b) - x.col(b)) / stretch;
      if (continuous) {
        auto twin = continuous->state().col(R + b);
        twin = continuous->state().col(b) + (twin - continuous->state().col(b)) / stretch;
      }
    }
    if (pulled) simulation.set_state(here + 1, x);
  }
  const double seconds = static_cast<double>(counted * steps_between) * dt / 1000;
  const Vector<double> exponents = growth / seconds;
  const double mean = exponents.mean();
  if (std::isinf(mean)) return {mean, 0};
  const double variance = (exponents.array() - mean).square().sum() / static_cast<double>(std::max<Index>(1, R - 1));
  return {mean, std::sqrt(variance / static_cast<double>(R))};
}

}  // namespace stillpoint
