// Trials of a run's task by what has to be remembered, and when the memory of each ends.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "experiments/results/trained_run.hpp"

namespace stillpoint {

/// `trials` one memory after the other: memory i is that of columns first[i] .. first[i+1] - 1.
struct MemoryTrials {
  TrialSet<double> trials;
  std::vector<int> memories;  // rising: the task's condition, or (sample, context and sign) its half
  std::vector<Index> first;
  std::vector<Index> ends;    // step at which the memory of each trial ends
  std::string until;          // what follows: "answer", "test" (another stimulus) or "end" (of the trial)
  std::map<int, Index> rare;  // memories left out, and how many of their trials were seen

  Index count(std::size_t i) const { return first[i + 1] - first[i]; }
};

/// `each` trials of every memory, or as many, 8 at least, as there are among 4096. Throws UserError "task.name = ..:
/// .." where there is nothing to remember: one condition, or one that the input tells throughout; and where each < 8.
MemoryTrials memory_trials(const TrainedRun& run, Index each);

}  // namespace stillpoint
