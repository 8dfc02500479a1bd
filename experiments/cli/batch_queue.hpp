// Slurm's commands: a script handed to sbatch, and what squeue knows of it.
#pragma once

#include <optional>
#include <string>

namespace stillpoint {

/// The job's number. Throws UserError in one line where there is no sbatch, no cluster, or it refuses.
std::string sbatch(const std::string& script);

/// Tasks of this user that were submitted by this script before; nothing where squeue cannot tell.
struct QueuedTasks {
  long running, waiting;
};
std::optional<QueuedTasks> queued_tasks(const std::string& script);

}  // namespace stillpoint
