#include "sim/trial.hpp"

namespace stillpoint {

TrialSet<double> chosen_trials(const TrialSet<double>& all, const std::vector<Index>& chosen) {
  const auto B = static_cast<Index>(chosen.size());
  auto trials = TrialSet<double>::zeros(all.inputs.rows(), all.targets.rows(), all.steps, B);
  trials.tolerance = all.tolerance;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto from = chosen[i], to = static_cast<Index>(i);
    for (Index t = 0; t < all.steps; ++t) {
      trials.inputs.col(trials.column(t, to)) = all.inputs.col(all.column(t, from));
      trials.targets.col(trials.column(t, to)) = all.targets.col(all.column(t, from));
      trials.mask.col(trials.column(t, to)) = all.mask.col(all.column(t, from));
    }
    trials.condition[i] = all.condition[static_cast<std::size_t>(from)];
    trials.length[i] = all.length[static_cast<std::size_t>(from)];
  }
  return trials;
}

TrialSet<double> each_step_twice(const TrialSet<double>& all) {
  auto trials = TrialSet<double>::zeros(all.inputs.rows(), all.targets.rows(), 2 * all.steps, all.batch);
  trials.tolerance = all.tolerance;
  trials.condition = all.condition;
  for (std::size_t b = 0; b < all.length.size(); ++b) trials.length[b] = 2 * all.length[b];
  for (Index t = 0; t < trials.steps; ++t) {
    const auto columns = [&](const Matrix<double>& of, Index step) {
      return of.middleCols(step * all.batch, all.batch);
    };
    trials.inputs.middleCols(t * all.batch, all.batch) = columns(all.inputs, t / 2);
    trials.targets.middleCols(t * all.batch, all.batch) = columns(all.targets, t / 2);
    trials.mask.middleCols(t * all.batch, all.batch) = columns(all.mask, t / 2);
  }
  return trials;
}

}  // namespace stillpoint
