// How far a study is, from the names of its files and what the owners of its runs say: no curve is read. Of finished
// runs a sample is opened, for what they took, and the first bytes of all are read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/runs/claims.hpp"

namespace stillpoint {

/// The study's own runs, or those of the candidates of its [tune] section. Each run is of one of four kinds.
struct RunsStatus {
  struct Running {
    std::string name;  // of its file, without ".h5"
    ClaimOwner owner;
  };
  struct Failed {
    std::string name, reason;
  };
  long finished = 0;                    // diverged ones as well: that is an outcome
  std::vector<std::string> unreadable;  // of those finished, by name: their files are cut short, or no HDF5
  std::vector<Running> running;         // a process has it, and was alive half a minute ago
  std::vector<Failed> failed;           // could not be gone on with when it was last tried: the reason lies beside it
  long left = 0;                        // nobody works on it
  long kept = 0;                        // of those left, stopped on their way: they go on there
  /// Seconds until all that is not finished is, with as many runs at a time as now, by what runs of the same condition
  /// took; nothing while none runs, or of a condition with runs left none has ended.
  std::optional<double> seconds_left;
  std::optional<double> one_at_a_time;  // the same, one run after the other
  double longest_beside =
      0;  // what a run took beside its updates, the most: the search for a control, the evaluation [s]

  long planned() const { return finished + left + static_cast<long>(running.size() + failed.size()); }
};

struct StudyStatus {
  std::string name;
  RunsStatus runs;
  std::optional<RunsStatus> tuning;  // before the study's own runs begin; nothing without, or once it is over
  bool at_least = false;             // an earlier program did not note its plan: as far as files tell
};

/// A finished run counts as such whatever its training.updates. Throws UserError where the directory holds no study.
StudyStatus read_status(const std::string& directory);

}  // namespace stillpoint
