// What a process may use of a machine, read from trees of control groups as the kernel shows them.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "experiments/runs/machine.hpp"
#include "sim/options/option.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

namespace {

namespace fs = std::filesystem;

/// A tree of control groups, gone with the test.
struct Tree {
  fs::path root;
  explicit Tree(const std::string& name, const std::string& membership)
      : root(fs::temp_directory_path() / ("stillpoint-test-" + name)) {
    fs::remove_all(root);
    write("membership", membership);
  }
  ~Tree() { fs::remove_all(root); }
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }
  CgroupLimits limits() const { return cgroup_limits(root / "membership", root); }
};

}  // namespace

TEST_CASE("control groups of version 2: the least of the process' own group and of those around it") {
  const Tree tree("cgroup-2", "0::/system.slice/job.scope\n");
  CHECK_FALSE(tree.limits().processors);
  CHECK_FALSE(tree.limits().memory_bytes);
  tree.write("system.slice/job.scope/cpu.max", "max 100000\n");
  tree.write("system.slice/job.scope/memory.max", "max\n");
  CHECK_FALSE(tree.limits().processors);
  CHECK_FALSE(tree.limits().memory_bytes);
  tree.write("system.slice/cpu.max", "250000 100000\n");
  tree.write("system.slice/memory.max", "4000000000\n");
  CHECK(tree.limits().processors == 2.5);
  CHECK(tree.limits().memory_bytes == 4e9);
  tree.write("system.slice/job.scope/cpu.max", "50000 100000\n");
  tree.write("system.slice/job.scope/memory.max", "8000000000\n");
  CHECK(tree.limits().processors == 0.5);
  CHECK(tree.limits().memory_bytes == 4e9);
  tree.write("other.slice/memory.max", "1\n");
  CHECK(tree.limits().memory_bytes == 4e9);
}

TEST_CASE("control groups of version 1: quota over period, by controller, mounted under any of their names") {
  const Tree tree("cgroup-1", "9:name=systemd:/\n4:memory:/box/job\n3:cpu,cpuacct:/box/job\n0::/\n");
  tree.write("memory/box/job/memory.limit_in_bytes", "9223372036854771712\n");  // no limit
  tree.write("memory/box/memory.limit_in_bytes", "3000000000\n");
  tree.write("cpu,cpuacct/box/job/cpu.cfs_quota_us", "-1\n");
  tree.write("cpu,cpuacct/box/job/cpu.cfs_period_us", "100000\n");
  CHECK(tree.limits().memory_bytes == 3e9);
  CHECK_FALSE(tree.limits().processors);
  tree.write("cpu,cpuacct/box/cpu.cfs_quota_us", "150000\n");
  tree.write("cpu,cpuacct/box/cpu.cfs_period_us", "100000\n");
  CHECK(tree.limits().processors == 1.5);
  tree.write("cpu/box/cpu.cfs_quota_us", "120000\n");
  tree.write("cpu/box/cpu.cfs_period_us", "100000\n");
  CHECK(tree.limits().processors == 1.2);
}

TEST_CASE("inside a container the path of the group leads nowhere, and the root of the tree holds its limits") {
  const Tree tree("cgroup-container", "5:memory:/docker/0123\n0::/docker/0123\n");
  tree.write("memory/memory.limit_in_bytes", "2000000000\n");
  tree.write("cpu.max", "100000 100000\n");
  CHECK(tree.limits().memory_bytes == 2e9);
  CHECK(tree.limits().processors == 1.0);
}

TEST_CASE("of this machine there is at least one processor, and some memory") {
  CHECK(usable_processors() >= 1);
  CHECK(usable_memory() > 1e7);
  CHECK_FALSE(cgroup_limits("/nowhere", "/nowhere").memory_bytes);
  CHECK(memory_text(5.14e9) == "5.1 GB");
  CHECK(memory_text(3.12e11) == "312 GB");
  CHECK(memory_text(64.2e6) == "64 MB");
}

TEST_CASE("processors of a batch job are those that its system gave, on this node") {
  struct Variable {
    const char* name;
    Variable(const char* variable, const char* value) : name(variable) { setenv(name, value, 1); }
    ~Variable() { unsetenv(name); }
  };
  for (const char* name : {"SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "PBS_JOBID", "NCPUS", "NSLOTS"}) unsetenv(name);
  CHECK_FALSE(batch_processors());
  const int all = usable_processors();
  {
    const Variable slurm("SLURM_CPUS_ON_NODE", "1");
    CHECK(batch_processors() == 1);
    CHECK(usable_processors() == 1);
    const Variable task("SLURM_CPUS_PER_TASK", "10000");
    CHECK(batch_processors() == 10000);
    CHECK(usable_processors() == all);  // affinity and control groups say less
  }
  {
    const Variable anyone("NCPUS", "3");
    CHECK_FALSE(batch_processors());
    const Variable pbs("PBS_JOBID", "7.head");
    CHECK(batch_processors() == 3);
  }
  {
    const Variable sge("NSLOTS", "2");
    CHECK(batch_processors() == 2);
  }
  for (const char* wrong : {"many", "0", "-1", "2(x3)"}) {
    const Variable slurm("SLURM_CPUS_PER_TASK", wrong);
    CHECK_THROWS_AS(batch_processors(), UserError);
  }
}
