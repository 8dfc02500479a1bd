#include "experiments/cli/batch_queue.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <boost/algorithm/string.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <regex>
#include <vector>

#include "experiments/cli/batch_script.hpp"
#include "experiments/options/message.hpp"
#include "experiments/options/shell_word.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

struct Said {
  int code;  // 127: there is no such command
  std::vector<std::string> lines;
};

Said said_by(const std::string& command) {
  auto* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw UserError(fmt::format("{}: cannot be started: {}", command, std::strerror(errno)));
  std::string text;
  std::array<char, 4096> part;
  for (std::size_t read = 0; (read = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
    text.append(part.data(), read);
  const int status = ::pclose(pipe);
  Said said{WIFEXITED(status) ? WEXITSTATUS(status) : 1, {}};
  boost::trim(text);
  if (!text.empty()) boost::split(said.lines, text, boost::is_any_of("\n"));
  return said;
}

}  // namespace

std::string sbatch(const std::string& script) {
  const auto said = said_by(fmt::format("sbatch --parsable {} 2>&1", shell_word(script)));
  if (said.code == 127)
    throw UserError(
        fmt::format("sbatch is not found: submit where Slurm's commands are; PBS and SGE take the script {} "
                    "(docs/clusters.md); nothing was submitted",
                    script));
  static const std::regex number(R"((\d+)(;.*)?)");  // "JOB" or "JOB;CLUSTER"
  std::vector<std::string> others;
  std::string job;
  for (const auto& line : said.lines) {
    std::smatch found;
    if (said.code == 0 && job.empty() && std::regex_match(line, found, number))
      job = found[1];
    else
      others.push_back(boost::replace_first_copy(boost::replace_first_copy(line, "sbatch: ", ""), "error: ", ""));
  }
  const auto rest = fmt::format("{}", fmt::join(others, "; "));
  if (job.empty())
    throw UserError(
        fmt::format("sbatch refuses: {}; nothing was submitted; `sinfo` shows partitions and nodes, --dry-run "
                    "the script",
                    rest.empty() ? fmt::format("exit code {}, without a word", said.code) : rest));
  if (!rest.empty()) tell("sbatch: " + rest);
  return job;
}

std::optional<QueuedTasks> queued_tasks(const std::string& script) {
  const auto said = said_by("squeue --me --noheader --array --format='%T %o' 2>/dev/null");
  if (said.code != 0) return std::nullopt;
  QueuedTasks tasks{0, 0};
  for (const auto& line : said.lines) {
    const auto state = line.substr(0, line.find(' '));
    if (line != state + " " + script) continue;
    ++(state == "PENDING" ? tasks.waiting : tasks.running);
  }
  return tasks;
}

}  // namespace stillpoint
