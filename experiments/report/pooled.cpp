#include "experiments/report/pooled.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/options/option.hpp"

namespace stillpoint {

std::string value_of(const Condition& condition, const std::string& option) {
  if (!condition.runs.empty()) {
    const auto& options = *condition.runs.front().options;
    if (const auto found = options.find(option); found != options.end()) return found->second;
  }
  for (const auto& [name, value] : condition.varied)
    if (name == option) return value;
  return "-";
}

namespace {

const std::string task_option = "task.name";
const std::string absent = "-";  // value of an option that does not apply

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Options that change what is seen of a run, not the run.
bool only_of_length(const std::string& option) {
  return option == "training.updates" || option == "training.checkpoints";
}

std::set<std::string> tasks_of(const StudyRecord& study) {
  std::set<std::string> tasks;
  for (const auto& condition : study.conditions)
    if (const auto task = value_of(condition, task_option); task != absent) tasks.insert(task);
  return tasks;
}

void require_same_tasks(const std::vector<StudyRecord>& studies, const std::vector<std::string>& directories) {
  const auto first = tasks_of(studies.front());
  for (std::size_t i = 1; i < studies.size(); ++i)
    if (const auto here = tasks_of(studies[i]); here != first)
      throw UserError(fmt::format("{}: {} in {}, {} in {}: compare studies of the same task", task_option,
                                  fmt::join(first, " "), directories.front(), fmt::join(here, " "), directories[i]));
}

std::vector<std::string> varied_options(const std::vector<StudyRecord>& studies) {
  std::vector<std::string> names;
  for (const auto& study : studies)
    for (const auto& condition : study.conditions)
      for (const auto& [name, value] : condition.varied)
        if (!contains(names, name)) names.push_back(name);
  const auto differs = [&](const std::string& option) {
    std::set<std::string> values;
    for (const auto& study : studies)
      for (const auto& condition : study.conditions) values.insert(value_of(condition, option));
    values.erase(absent);
    return values.size() > 1;
  };
  const auto tuned = [&](const std::string& option) {
    return std::any_of(studies.begin(), studies.end(),
                       [&](const StudyRecord& study) { return contains(study.tuned_options, option); });
  };
  for (const auto& study : studies)
    for (const auto& option : study.fixed)
      if (!contains(names, option) && !only_of_length(option) && !tuned(option) && differs(option))
        names.push_back(option);
  return names;
}

/// Runs count as the same only when all their options are; where they are not, as where each study chose for itself
/// ([tune]), the first difference is refused. Options that one of them does not know are not compared: another version
/// of the program may have written it.
void require_same_options(const Condition& first, const std::string& first_directory, const Condition& second,
                          const std::string& second_directory) {
  const auto& others = *second.runs.front().options;
  const auto shape = value_of(first, "schedule.shape");
  for (const auto& [option, value] : *first.runs.front().options) {
    const auto other = others.find(option);
    const bool unused = option == "schedule.until" && (shape == "constant" || shape == "controlled");
    if (other != others.end() && other->second != value && !only_of_length(option) && !unused)
      throw UserError(fmt::format("{}: {} in {}, {} in {} for the same condition ({}): compare each directory alone",
                                  option, value, first_directory, other->second, second_directory,
                                  condition_label(first.varied)));
  }
}

/// Each seed once, with its larger budget (the first of equal ones); sorted by seed.
std::vector<RunRecord> one_per_seed(const std::vector<RunRecord>& runs) {
  std::map<std::uint64_t, RunRecord> of_seed;
  for (const auto& run : runs) {
    const auto [entry, fresh] = of_seed.emplace(run.seed, run);
    if (!fresh && entry->second.updates < run.updates) entry->second = run;
  }
  std::vector<RunRecord> kept;
  for (auto& [seed, run] : of_seed) kept.push_back(std::move(run));
  return kept;
}

void add(Completion& all, const Completion& more) {
  for (const auto seeds : {&Completion::planned, &Completion::running, &Completion::kept})
    (all.*seeds).insert((more.*seeds).begin(), (more.*seeds).end());
  all.at_least = all.at_least || more.at_least;
}

}  // namespace

StudyRecord pooled(const std::vector<StudyRecord>& studies, const std::vector<std::string>& directories) {
  StudyRecord all;
  for (std::size_t i = 0; i < studies.size(); ++i) {
    if (!studies[i].has_runs()) throw UserError(directories[i] + ": no run is finished yet");
    all.name += (i == 0 ? "" : ", ") + studies[i].name;
  }
  require_same_tasks(studies, directories);
  const bool several = studies.size() > 1;
  const auto names = varied_options(studies);
  std::vector<std::size_t> first_study;  // of each condition: the first that has runs of it
  for (std::size_t i = 0; i < studies.size(); ++i)
    for (const auto& condition : studies[i].conditions) {
      Varied varied;
      for (const auto& name : names) varied.emplace_back(name, value_of(condition, name));
      auto same = std::find_if(all.conditions.begin(), all.conditions.end(),
                               [&](const Condition& other) { return other.varied == varied; });
      const auto index = static_cast<std::size_t>(same - all.conditions.begin());
      if (same == all.conditions.end()) {
        same = all.conditions.insert(same, {varied, {}, {}, condition.number, several ? static_cast<long>(i + 1) : 0});
        first_study.push_back(i);
      }
      if (same->runs.empty())
        first_study[index] = i;
      else if (!condition.runs.empty())
        require_same_options(*same, directories[first_study[index]], condition, directories[i]);
      same->runs.insert(same->runs.end(), condition.runs.begin(), condition.runs.end());
      add(same->completion, condition.completion);
    }
  for (const auto& study : studies)
    all.left_out.insert(all.left_out.end(), study.left_out.begin(), study.left_out.end());
  std::size_t repeated = 0;
  for (auto& condition : all.conditions) {
    const auto before = condition.runs.size();
    condition.runs = one_per_seed(condition.runs);
    repeated += before - condition.runs.size();
  }
  if (repeated > 0) all.name += fmt::format(" ({} runs that are in several count once)", repeated);
  return all;
}

}  // namespace stillpoint
