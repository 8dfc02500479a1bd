// Runs a study: every condition and seed on a thread pool, each run into a file of its own. Any number of processes may
// run the same study into the same directory: they divide the work (experiments/runs/claims.hpp). A run that was
// stopped goes on where it was kept; a finished one is never redone, but for training.updates that have grown: then it
// goes on to them.
#pragma once

#include <string>

#include "experiments/study/study.hpp"

namespace stillpoint {

struct RunnerSetting {
  std::string directory;
  int jobs = 0;  // runs at a time, fewer where memory is short; 0: one per processor, or per threads_per_run of them
  bool quiet = false;
  int threads_per_run = 0;  // of one large run at most; 0: those that no other run takes
  bool leaves = false;  // ends when other processes have all the runs that are left, which it would wait for
};

/// A signal stopped the study (experiments/runs/signals.hpp); what its runs had reached is kept.
struct StudyStopped {
  int signal;
};

/// What is to be known before the study runs; quiet: warnings alone.
void tell_remarks(const Study& study, bool quiet);

/// Returns when every run is finished, by this process or another; or, where it leaves, the number of runs that others
/// have in work. Throws UserError when the directory holds another
/// study or something else, or cannot be written; StudyStopped where StudySignals live. What this thread throws where it
/// looks aside (sim/look_aside.hpp) stops the study in the same way.
std::size_t run_study(Study study, const RunnerSetting& setting);

}  // namespace stillpoint
