#include "experiments/runs/machine.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <tbb/info.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

/// The first numbers of a file; none where there is no such file, or a word ("max") in place of the first.
std::vector<double> numbers_in(const fs::path& path) {
  std::ifstream file(path);
  std::vector<double> numbers;
  for (double number = 0; file >> number;) numbers.push_back(number);
  return numbers;
}

void lower(std::optional<double>& limit, double to) { limit = std::min(limit.value_or(to), to); }

/// Looks at the group and at those around it. Inside a container the tree begins with the container's own group, so
/// that the path may lead nowhere, and its root holds the limits.
void look_upwards(const fs::path& tree, const fs::path& group, const std::function<void(const fs::path&)>& look) {
  for (auto at = group.relative_path();; at = at.parent_path()) {
    look(tree / at);
    if (at.empty()) return;
  }
}

/// What a thread reserves beyond what it uses: its stack, a heap of its own (twice 64 MB until one half is given back).
constexpr double addresses_of_a_thread = 140e6;

double quotient(double quota, double period) { return period > 0 ? quota / period : 1; }

}  // namespace

CgroupLimits cgroup_limits(const fs::path& membership, const fs::path& root) {
  CgroupLimits limits;
  std::ifstream file(membership);
  for (std::string line; std::getline(file, line);) {  // NUMBER:CONTROLLERS:PATH, of version 2 without controllers
    std::istringstream words(line);
    std::string number, controllers, path;
    if (!std::getline(words, number, ':') || !std::getline(words, controllers, ':') || !std::getline(words, path))
      continue;
    if (controllers.empty()) {
      const auto look = [&](const fs::path& group) {
        if (const auto cpu = numbers_in(group / "cpu.max"); cpu.size() == 2)
          lower(limits.processors, quotient(cpu[0], cpu[1]));
        if (const auto most = numbers_in(group / "memory.max"); !most.empty()) lower(limits.memory_bytes, most[0]);
      };
      look_upwards(root, path, look);
      continue;
    }
    std::istringstream names(controllers);
    for (std::string name; std::getline(names, name, ',');)
      for (const auto& tree : {root / name, root / controllers})  // mounted under either
        look_upwards(tree, path, [&](const fs::path& group) {
          const auto first = [&](const char* what) { return numbers_in(group / what); };
          if (name == "cpu")
            if (const auto quota = first("cpu.cfs_quota_us"), period = first("cpu.cfs_period_us");
                !quota.empty() && quota[0] > 0 && !period.empty())
              lower(limits.processors, quotient(quota[0], period[0]));
          if (name == "memory")
            if (const auto most = first("memory.limit_in_bytes"); !most.empty()) lower(limits.memory_bytes, most[0]);
        });
  }
  return limits;
}

std::optional<int> batch_processors() {
  // Not every batch system confines a job to what it gave it. Of one node, the more exact first. NCPUS alone may be
  // anyone's: PBS is told by the job's name.
  const auto given = [](const char* name) { return std::getenv(name); };
  for (const char* name : {"SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", given("PBS_JOBID") ? "NCPUS" : "", "NSLOTS"})
    if (const char* text = given(name); text && *text)
      return static_cast<int>(
          integer_option(name, "", "", {1, 1e6}, "processors that the batch system gave").value_of(text));
  return std::nullopt;
}

int usable_processors() {
  const int by_affinity = tbb::info::default_concurrency();
  const double quota = std::ceil(cgroup_limits().processors.value_or(by_affinity));
  const int least = static_cast<int>(std::min<double>(by_affinity, quota));
  return std::max(1, std::min(least, batch_processors().value_or(least)));
}

double usable_memory(int threads) {
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  double bytes = page * static_cast<double>(sysconf(_SC_PHYS_PAGES));
  bytes = std::min(bytes, cgroup_limits().memory_bytes.value_or(bytes));
  rlimit space{};
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) {
    const auto mapped = numbers_in("/proc/self/statm");
    const double taken = (mapped.empty() ? 0 : page * mapped[0]) + threads * addresses_of_a_thread;
    bytes = std::min(bytes, static_cast<double>(space.rlim_cur) - taken);
  }
  return std::max(0.0, bytes);
}

int sharing_threads() {
  int threads = usable_processors();
  while (threads > 1 && usable_memory(threads) < 0.7 * usable_memory()) --threads;
  return threads;
}

std::string memory_text(double bytes) {
  const bool giga = bytes >= 1e9;
  const double value = bytes / (giga ? 1e9 : 1e6);
  return fmt::format("{:.{}f} {}", value, value < 10 ? 1 : 0, giga ? "GB" : "MB");
}

}  // namespace stillpoint
