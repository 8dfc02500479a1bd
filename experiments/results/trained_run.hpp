// What a finished run was trained on: its options and its task.
#pragma once

#include <memory>
#include <string>

#include "experiments/results/result_file.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

/// The task's trials, graded as control.targets says. The task must outlive what is returned.
TrialSource trials_of(const Task& task, const Options& options);

struct TrainedRun {
  std::string path;
  std::uint64_t seed;
  Options options;  // resolved, as it was trained
  Integration integration;
  std::unique_ptr<Task> task;

  /// Trials that training never saw, the same for every run of a seed.
  TrialSet<double> trials(Index count) const;
  /// The synapse that it was trained with, for trials of so many steps.
  std::unique_ptr<Synapse<double>> synapse(const Network<double>& network, Index steps) const;
};

/// Throws UserError where its task cannot be made (a file of trials that is gone).
TrainedRun make_run(const std::string& path, const RunHead& head);

}  // namespace stillpoint
