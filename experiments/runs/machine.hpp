// What this process may use of the machine it runs on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace stillpoint {

/// What the control groups of a process allow, of its own group and those around it the least; absent: no limit.
struct CgroupLimits {
  std::optional<double> processors, memory_bytes;
};

/// Versions 1 and 2. membership: the file that names the groups; root: where their trees are mounted.
CgroupLimits cgroup_limits(const std::filesystem::path& membership = "/proc/self/cgroup",
                           const std::filesystem::path& root = "/sys/fs/cgroup");

/// Processors that Slurm, PBS or SGE gave this job on this node, as its environment says; nothing outside of one.
/// Throws UserError where the variable holds no such number.
std::optional<int> batch_processors();

/// Processors: by affinity, control groups and batch system; a share of one counts as one.
int usable_processors();

/// Bytes, for runs on so many threads: physical memory, what control groups allow, what a limit of the address space
/// (ulimit -v) leaves; the least.
double usable_memory(int threads = 1);

/// That share one task: as many as processors, fewer where what they reserve would take much of a limit of the address
/// space.
int sharing_threads();

/// "640 MB", "5.1 GB"
std::string memory_text(double bytes);

}  // namespace stillpoint
