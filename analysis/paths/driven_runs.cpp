#include "analysis/paths/driven_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace stillpoint {

namespace {

/// Steps between samples.
Index steps_between(double sample_ms, double dt_ms) {
  require_parameter(std::isfinite(sample_ms) && sample_ms > 0, "sample_ms", fmt::format("{}", sample_ms),
                    "must be a number > 0 [ms]");
  return std::max<Index>(1, std::llround(sample_ms / dt_ms));
}

/// Every so many states of each trial after the first `from`, N x samples, added to `activity`.
void add_samples(const Trajectory<double>& run, Index from, Index between, Index samples,
                 std::vector<Matrix<double>>& activity) {
  require_bounded(run.state);
  for (Index b = 0; b < run.batch; ++b) {
    Matrix<double> one(run.read().rows(), samples);
    for (Index i = 0; i < samples; ++i) one.col(i) = run.at(run.read(), from + (i + 1) * between).col(b);
    activity.push_back(std::move(one));
  }
}

}  // namespace

FreeRuns noisy_runs(const Subject& subject, const Noise& noise, const Matrix<double>& starts, double discard_ms,
                    double duration_ms, double sample_ms, std::uint64_t seed) {
  require_duration("discard_ms", discard_ms);
  require_duration("duration_ms", duration_ms);
  const double dt = subject.integration.dt_ms;
  const Index between = steps_between(sample_ms, dt), discarded = std::llround(discard_ms / dt),
              samples = std::llround(duration_ms / dt) / between;
  require_parameter(samples >= 2, "duration_ms", fmt::format("{}", duration_ms),
                    fmt::format("must be at least {} ms: two samples", 2 * static_cast<double>(between) * dt));
  auto held = TrialSet<double>::zeros(subject.input.size(), subject.network.outputs(), discarded + samples * between,
                                      starts.cols());
  held.inputs.colwise() = subject.input;
  FreeRuns runs{{}, static_cast<double>(between) * dt, Matrix<double>(starts.rows(), starts.cols())};
  run_trials(subject, noise, held, seed, starts,
             [&](Index first, const TrialSet<double>& some, const Trajectory<double>& run) {
               add_samples(run, discarded, between, samples, runs.activity);
               runs.end.middleCols(first, some.batch) = run.at(run.state, run.steps);
             });
  return runs;
}

TrialRuns trial_runs(const Subject& subject, const Noise& noise, Index count, double sample_ms, std::uint64_t seed) {
  const auto trials = subject.trials(count);
  const double dt = subject.integration.dt_ms;
  const Index between = steps_between(sample_ms, dt),
              samples = *std::min_element(trials.length.begin(), trials.length.end()) / between;
  TrialRuns runs;
  runs.sample_ms = static_cast<double>(between) * dt;
  runs.condition = trials.condition;
  run_trials(subject, noise, trials, seed, {}, [&](Index, const TrialSet<double>&, const Trajectory<double>& run) {
    add_samples(run, 0, between, samples, runs.activity);
  });
  return runs;
}

FreeRuns about_condition_means(const TrialRuns& trials) {
  std::map<int, std::vector<std::size_t>> of_condition;
  for (std::size_t b = 0; b < trials.activity.size(); ++b) of_condition[trials.condition[b]].push_back(b);
  FreeRuns left{{}, trials.sample_ms, {}};
  double common = 0, own = 0;  // squares
  for (const auto& [condition, members] : of_condition) {
    if (members.size() < 2) continue;
    Matrix<double> mean = 0 * trials.activity[members[0]];
    for (const auto b : members) mean += trials.activity[b] / static_cast<double>(members.size());
    common += mean.squaredNorm() * static_cast<double>(members.size());
    for (const auto b : members) {
      left.activity.push_back(trials.activity[b] - mean);
      own += left.activity.back().squaredNorm();
    }
  }
  require_parameter(!left.activity.empty(), "trials", fmt::format("{}", trials.activity.size()),
                    "no two of them share a condition, whose mean is taken away; must be more");
  if (own <= 1e-20 * common)
    for (auto& run : left.activity) run.setZero();
  return left;
}

}  // namespace stillpoint
