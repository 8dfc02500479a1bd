// One run of a study: trained from the start or from where it was kept, and written.
#pragma once

#include <chrono>
#include <string>

#include "experiments/options/run_options.hpp"
#include "experiments/runs/claims.hpp"
#include "experiments/runs/progress.hpp"

namespace stillpoint {

constexpr std::chrono::minutes kept_every{2};

struct RunJob {
  const Options* options;
  std::size_t condition;
  const Assignments* varied;
  std::uint64_t seed;
  std::string path;
  std::size_t place = 0;  // among the runs whose progress is shown
};

/// What was kept of a run, or its end, cannot be gone on with. It says nothing of other runs.
struct CannotGoOn : UserError {
  using UserError::UserError;
};

struct AllRuns;

/// Every so often, and when SIGUSR1 or SIGTERM ask for it, the run is kept beside its file (unfinished_path); what is
/// kept there is gone on with. False where it was not finished: StudySignals stopped it, all were given up, or the claim
/// was lost. Throws UserError, CannotGoOn.
bool run_job(const std::string& study, const RunJob& job, const Claim& claim, Progress& progress, AllRuns& all);

}  // namespace stillpoint
