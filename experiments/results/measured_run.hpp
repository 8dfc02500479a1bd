// Descriptors of the networks that a run wrote on its way, and of random walks beside it; kept in a file, because they
// cost about as much as the run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/restructuring/restructuring.hpp"

namespace stillpoint {

struct MeasureSetting {
  Index trials = 32;  // of the task, that networks are probed with
  Index walks = 1;    // random walks beside the run
};

/// Descriptors of one run at its checkpoints, and of walks beside it.
struct MeasuredRun {
  static constexpr std::size_t fewest_checkpoints = 4;  // the first and the last network counted in
  std::vector<double> update;                           // of each checkpoint
  std::optional<DescriptorPath> path;
  std::vector<DescriptorPath> walks;  // those whose activity stays bounded
  Index unbounded_walks = 0;
  std::string problem;  // why there is no path
};

/// Throws UserError where the run file cannot be read; activity that grows without bound is a `problem`.
MeasuredRun measure_run(const std::string& run_file, const MeasureSetting& setting);

/// What was kept in a file of this very run (not of one that was redone since) under these settings, or nothing.
std::optional<MeasuredRun> kept_measurement(const std::string& file, const std::string& run_file,
                                            const MeasureSetting& setting);
/// Random walks beside a run that were measured for a file; nothing where it cannot be read.
std::optional<Index> kept_walks(const std::string& file);
/// Throws UserError.
void keep_measurement(const std::string& file, const std::string& run_file, const MeasuredRun& run,
                      const MeasureSetting& setting);

}  // namespace stillpoint
