// The file that `stillpoint simulate` writes (docs/file-formats.md).
#pragma once

#include <optional>
#include <vector>

#include "experiments/cli/commands/simulated_trials.hpp"
#include "sim/files/network_group.hpp"
#include "sim/recorder.hpp"

namespace stillpoint {

/// What a virtual experiment did to whom.
struct Stimulated {
  double event_ms;                          // that its times count from, from the start of the trial
  std::vector<Index> targets, presynaptic;  // neurons
};

/// Throws UserError where the file cannot be written.
void write_simulation(const SimulationRequest& request, const StoredNetwork& stored, const Options& options,
                      const TrialSet<double>& trials, const Recorder& recorder,
                      const std::optional<Stimulated>& stimulated);

}  // namespace stillpoint
