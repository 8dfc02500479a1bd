// Where the memories of a run's task settle, and what their attractors are called.
#pragma once

#include <optional>

#include "analysis/paths/memories.hpp"
#include "analysis/points/fixed_points.hpp"
#include "experiments/cli/analyses/memory_trials.hpp"
#include "experiments/results/subject_file.hpp"

namespace stillpoint {

constexpr long default_memory_trials = 64;

struct SettledMemories {
  MemoryTrials drawn;
  std::string synapse;    // kind, or none
  MemorySetting setting;  // settle_ms: the longest that a trial ran
  Memories found;
  std::vector<MemoryEnd> ends;
  /// Of found.attractors: the number of a fixed point in the list of `analyze fixed-points`; nothing for a cycle, and
  /// for a point that is not listed.
  std::vector<std::optional<Index>> numbers;
  double enough_ms;  // to settle where the slowest direction decides
};

struct SettleRequest {
  long trials = default_memory_trials;  // of each memory
  bool with_synapse = true;
  std::optional<double> settle_ms = {};  // default: 10 s, then twice as long for the unsettled until enough_ms
  MemorySetting setting = {};            // settle_ms apart
};

/// listed: by `analyze fixed-points` (experiments/cli/analyses/listed_points.hpp). Throws UserError where the run's
/// task leaves no memories to tell apart, and as run_memories does.
SettledMemories settle_memories(const SubjectFile& file, const SettleRequest& request, const FixedPoints& listed);

/// What readers call an attractor: its number in the list, or for those that it does not have a letter in turn.
std::vector<std::string> names_of_attractors(const SettledMemories& settled);

}  // namespace stillpoint
