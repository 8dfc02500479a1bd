// Activity of a network as it was trained, by its own steps, with its synapse (in whatever form its trials have it) and
// noise: under constant input, and in trials of its task.
#pragma once

#include <vector>

#include "analysis/paths/free_runs.hpp"
#include "analysis/subject.hpp"

namespace stillpoint {

/// Runs under the subject's input; starts: D x runs. The rest as free_runs; activity is what the readout sees.
FreeRuns noisy_runs(const Subject& subject, const Noise& noise, const Matrix<double>& starts, double discard_ms,
                    double duration_ms, double sample_ms, std::uint64_t seed);

/// Activity in `count` trials that training never saw, from the first step on until the shortest trial ends. `end`:
/// empty. The subject's task must be known.
struct TrialRuns : FreeRuns {
  std::vector<int> condition;
};
TrialRuns trial_runs(const Subject& subject, const Noise& noise, Index count, double sample_ms, std::uint64_t seed);

/// What is left of them once the mean over the trials of the same condition is taken away step by step: what the task
/// makes all of them do alike has no time scale of the network's own. So does the autocorrelation across trials of
/// Murray et al. 2014, doi:10.1038/nn.3862, within a condition. Trials that are alone in their condition are left out;
/// all zero where trials differ by rounding errors only. Throws UserError where no two trials share a condition.
FreeRuns about_condition_means(const TrialRuns& trials);

}  // namespace stillpoint
