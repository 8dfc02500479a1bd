#include "experiments/report/status_formats.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "experiments/runs/progress.hpp"

namespace stillpoint {

namespace {

using json = nlohmann::ordered_json;

std::string time_text(long since) {
  return since > 0 ? fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(since))) : "unknown";
}

std::string run_counts(const RunsStatus& runs) {
  return fmt::format("  finished  {}\n  running   {}\n  failed    {}\n  left      {}{}\n", runs.finished,
                     runs.running.size(), runs.failed.size(), runs.left,
                     runs.kept > 0 ? fmt::format(", {} of them kept on the way", runs.kept) : "");
}

std::string time_left_text(const RunsStatus& runs) {
  if (runs.finished == runs.planned()) return "";
  if (!runs.one_at_a_time) return "the time left is not known before of every condition with runs left one has ended\n";
  const auto alone = duration_text(*runs.one_at_a_time);
  if (!runs.seconds_left) return fmt::format("nobody works on it; one run after the other it takes about {}\n", alone);
  return fmt::format("about {} left while {} at a time; one after the other {}\n", duration_text(*runs.seconds_left),
                     runs.running.size() == 1 ? "1 runs" : fmt::format("{} run", runs.running.size()), alone);
}

/// One line per process: a node of a cluster may have hundreds of runs.
std::string running_text(const RunsStatus& runs) {
  struct Process {
    long runs = 0, since = 0;
  };
  std::map<std::pair<std::string, std::string>, Process> processes;
  for (const auto& [name, owner] : runs.running) {
    auto& process = processes[{owner.host, owner.process}];
    process.since = process.runs++ == 0 ? owner.since : std::min(process.since, owner.since);
  }
  std::string text;
  for (const auto& [who, process] : processes)
    text += fmt::format("  {:20}  {:8}  {:4}  {}\n", who.first, who.second, process.runs, time_text(process.since));
  return text.empty() ? ""
                      : fmt::format("\n  {:20}  {:8}  {:4}  {}\n", "running on", "process", "runs", "since") + text;
}

std::string failed_text(const RunsStatus& runs) {
  std::string text;
  for (const auto& [name, reason] : runs.failed) text += fmt::format("  {}: {}\n", name, reason);
  return text.empty() ? "" : "\n  failed:\n" + text;
}

std::string unreadable_text(const RunsStatus& runs) {
  constexpr std::size_t most = 3;
  auto names = runs.unreadable;
  if (names.empty()) return "";
  for (auto& name : names) name += ".h5";
  const auto more = names.size() > most ? fmt::format(" and {} more", names.size() - most) : "";
  const char* them = names.size() == 1 ? "it" : "them";
  names.resize(std::min(names.size(), most));
  return fmt::format(
      "\n  {} of the finished cannot be read, cut short or no HDF5: {}{}; remove {} and give `stillpoint run` the same "
      "study again\n",
      runs.unreadable.size(), fmt::join(names, ", "), more, them);
}

json runs_json(const RunsStatus& runs) {
  const auto seconds = [](const std::optional<double>& value) { return value ? json(*value) : json(); };
  json running = json::array(), failed = json::array();
  for (const auto& [name, owner] : runs.running)
    running.push_back({{"run", name},
                       {"host", owner.host},
                       {"process", owner.process},
                       {"since", owner.since > 0 ? json(time_text(owner.since)) : json()}});
  for (const auto& [name, reason] : runs.failed) failed.push_back({{"run", name}, {"reason", reason}});
  return {{"finished", runs.finished},
          {"running", runs.running.size()},
          {"failed", runs.failed.size()},
          {"left", runs.left},
          {"seconds_left", seconds(runs.seconds_left)},
          {"seconds_left_one_at_a_time", seconds(runs.one_at_a_time)},
          {"planned", runs.planned()},
          {"kept", runs.kept},
          {"unreadable", runs.unreadable.size()},
          {"running_runs", running},
          {"failed_runs", failed},
          {"unreadable_runs", runs.unreadable}};
}

std::string block(const std::string& title, const RunsStatus& runs) {
  return title + "\n" + run_counts(runs) + time_left_text(runs) + running_text(runs) + failed_text(runs) +
         unreadable_text(runs);
}

}  // namespace

std::string status_table(const StudyStatus& status) {
  const char* at_least = status.at_least ? "at least " : "";
  const auto own = fmt::format("{}: {}{} runs", status.name, at_least, status.runs.planned());
  if (!status.tuning) return block(own, status.runs);
  return block(fmt::format("{}: {}{} tuning runs", status.name, at_least, status.tuning->planned()), *status.tuning) +
         fmt::format("\nthe study's own {}{} runs come after\n", at_least, status.runs.planned());
}

std::string status_json(const StudyStatus& status) {
  auto all = runs_json(status.runs);
  all["study"] = status.name;
  all["at_least"] = status.at_least;
  all["tuning"] = status.tuning ? runs_json(*status.tuning) : json();
  return all.dump(1) + "\n";
}

}  // namespace stillpoint
