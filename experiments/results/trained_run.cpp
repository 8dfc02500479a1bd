#include "experiments/results/trained_run.hpp"

#include <algorithm>

#include "experiments/options/run_options.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

/// The update under which trials for analyses are drawn, beside those of training and evaluation.
constexpr std::uint64_t analysis_update = evaluation_update + (1ULL << 32);

/// Trial b is graded by the target of trial b + 1: as trials are independent, nothing in its input tells.
TrialSet<double> with_shuffled_targets(TrialSet<double> trials) {
  const Index B = trials.batch, rows = trials.targets.rows();
  for (auto* array : {&trials.targets, &trials.mask})
    for (Index t = 0; t < trials.steps; ++t) {
      auto step = array->middleCols(t * B, B);
      const Vector<double> first = step.col(0);
      for (Index b = 0; b + 1 < B; ++b) step.col(b) = step.col(b + 1).eval();
      step.col(B - 1) = first.head(rows);
    }
  const auto own = trials.length;
  for (std::size_t b = 0; b < own.size(); ++b) trials.length[b] = std::max(own[b], own[(b + 1) % own.size()]);
  return trials;
}

}  // namespace

TrialSource trials_of(const Task& task, const Options& options) {
  if (options.text("control.targets") == "own")
    return [&task](TrialKey key, Index count) { return task.draw(key, count); };
  return [&task](TrialKey key, Index count) { return with_shuffled_targets(task.draw(key, count)); };
}

TrialSet<double> TrainedRun::trials(Index count) const { return task->draw({seed, analysis_update}, count); }

std::unique_ptr<Synapse<double>> TrainedRun::synapse(const Network<double>& network, Index steps) const {
  return synapse_model(options).make<double>(synapse_context(network, integration, {}, steps));
}

TrainedRun make_run(const std::string& path, const RunHead& head) {
  TrainedRun run;
  run.path = path;
  run.seed = head.seed;
  Assignments assignments;
  for (const auto& [name, value] : head.options) assign(assignments, name, value);
  try {
    run.options = as_matched(resolve_options(assignments), head.match);
    run.integration = make_integration(run.options);
    run.task = task_kind(run.options.text("task.name")).make(run.options, run.integration.dt_ms);
  } catch (const UserError& problem) {
    throw UserError(path + ": its task cannot be made again: " + problem.what());
  }
  return run;
}

}  // namespace stillpoint
