// Runs a study: every condition and seed on a thread pool, each run into a file of its own; finished runs are never
// redone.
#pragma once

#include <string>

#include "experiments/results/records.hpp"
#include "experiments/study/study.hpp"

namespace stillpoint {

struct RunnerSetting {
  std::string directory;
  int jobs = 0;  // runs at a time, fewer where memory is short; 0: one per processor that may be used
  bool quiet = false;
};

/// Layout: DIR/study.json says what the study is, DIR/runs/CONDITION-SEED.h5 holds one run. With a [tune] section
/// DIR/tuning/ holds the runs of the candidates and DIR/tuning.json their scores. Continues a study that was stopped;
/// throws UserError when DIR holds another study or something else, or cannot be written.
void run_study(Study study, const RunnerSetting& setting);

/// Where a run's file lies.
std::string run_path(const std::string& directory, std::size_t condition, std::uint64_t seed);

/// Reads a study's directory, finished runs only. Throws UserError when it holds no study.
StudyRecord read_results(const std::string& directory);

}  // namespace stillpoint
