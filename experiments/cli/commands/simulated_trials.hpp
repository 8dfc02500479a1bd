// What a simulated network is shown: a task's trials, those of a file, or a constant input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/options/run_options.hpp"
#include "experiments/predictions/experiment.hpp"
#include "sim/network.hpp"
#include "tasks/stored_trials.hpp"

namespace stillpoint {

struct SimulationRequest {
  std::optional<Experiment> experiment = {};  // a virtual one: it says how many trials, and of what
  std::string network_path, group, out, inputs_path;
  std::optional<StoredTrials> inputs;  // the trials of --inputs
  Assignments given;                   // options as the user set them
  bool has_task = false;
  double duration_ms = 1000;
  Vector<double> input;
  std::optional<Index> trials;  // where the user says how many
  Index every = 1;
  std::uint64_t seed = 1;
  std::vector<std::string> record;
};

/// Throws UserError where network, options and trials do not go together, or this machine cannot hold what is to be
/// recorded.
TrialSet<double> trials_for(const SimulationRequest& request, const Options& options, const Network<double>& network);

/// Whether there is a target to be told from.
bool graded(const TrialSet<double>& trials);

}  // namespace stillpoint
