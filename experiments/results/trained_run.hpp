// A finished run with what it was trained on: its options, its task, and the networks on the way.
#pragma once

#include <memory>
#include <string>
#include <vector>

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
/// Throws UserError when the file is no run file, or its task cannot be made (a file of trials that is gone).
TrainedRun open_run(const std::string& path);

struct Checkpoint {
  long update;  // training had changed the network so many times
  Network<double> network;
};
/// The initial network, those of /checkpoints and the final one, by update; two or more. Throws UserError.
std::vector<Checkpoint> read_checkpoints(const std::string& path);

}  // namespace stillpoint
