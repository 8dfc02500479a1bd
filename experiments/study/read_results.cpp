#include <fmt/format.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <map>

#include "experiments/options/message.hpp"
#include "experiments/results/begun_run.hpp"
#include "experiments/results/condition_choice.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/run_index.hpp"
#include "experiments/results/text_file.hpp"
#include "experiments/runs/claims.hpp"
#include "experiments/study/description.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

/// A file that was copied or renamed would count for another run.
void require_place(const RunRecord& run, const std::string& path, const std::string& place, const Varied& varied) {
  if (fs::path(path).filename() != fs::path(place).filename())
    throw UserError(fmt::format("{}: holds seed {}, whose file is {}; remove it", path, run.seed,
                                fs::path(place).filename().string()));
  for (const auto& [option, value] : varied)
    if (const auto own = run.options->find(option); own != run.options->end() && !same_value(own->second, value))
      throw UserError(fmt::format("{}: {} = {}, its condition has {}{}", path, option, own->second, value, run_again));
}

/// Where a larger training.updates was begun and not ended, runs of one condition are censored at different updates.
void tell_mixed_budgets(const StudyRecord& record) {
  for (const auto& condition : record.conditions) {
    std::map<long, long> runs;  // by budget
    for (const auto& run : condition.runs) ++runs[run.updates];
    if (runs.size() < 2) continue;
    std::vector<std::string> each;
    for (const auto& [updates, count] : runs) each.push_back(fmt::format("{} of {} updates", count, updates));
    tell(
        fmt::format("runs of one condition have different budgets ({}: {}): finish them by giving `stillpoint run` the "
                    "study with the largest training.updates",
                    condition.name(), fmt::join(each, ", ")));
    return;
  }
}

/// The files of the runs of each condition, finished or not, by name.
std::vector<std::vector<std::string>> files_by_condition(const std::string& directory, std::size_t conditions) {
  std::vector<std::vector<std::string>> files(conditions);
  std::error_code ignored;  // or no runs yet
  for (const auto& entry : fs::directory_iterator(fs::path(directory) / "runs", ignored)) {
    const auto name = entry.path().filename().string();
    std::size_t condition = 0;
    if (std::sscanf(name.c_str(), "condition%zu-", &condition) == 1 && condition < conditions &&
        name.rfind(fmt::format("condition{:04d}-", condition), 0) == 0)
      files[condition].push_back(name);
  }
  for (auto& names : files) std::sort(names.begin(), names.end());
  return files;
}

/// The seed in the name of a file of a run; files of others have none.
std::optional<std::uint64_t> seed_in(const std::string& name) {
  std::uint64_t seed = 0;
  return std::sscanf(name.c_str(), "condition%*u-seed%" SCNu64, &seed) == 1 ? std::optional(seed) : std::nullopt;
}

/// What the names of files say of runs that are not finished.
Completion completion_of(const std::string& directory, std::size_t condition, const std::vector<std::string>& names) {
  Completion completion;
  for (const auto& name : names) {
    const auto extension = fs::path(name).extension().string();
    const auto seed = extension == ".h5" ? std::nullopt : seed_in(name);
    if (!seed) continue;
    if (extension == ".unfinished") completion.kept.insert(*seed);
    if (extension.rfind(".claim", 0) == 0 && Claims::owner(run_path(directory, condition, *seed)))
      completion.running.insert(*seed);
  }
  return completion;
}

/// The plan is one for all conditions: what is noted, or else every seed that any of them has.
void add_plan(StudyRecord& record, const std::optional<std::set<std::uint64_t>>& noted) {
  std::set<std::uint64_t> seeds;
  if (noted) seeds = *noted;
  for (const auto& condition : record.conditions) {
    if (noted) break;
    seeds.insert(condition.completion.running.begin(), condition.completion.running.end());
    seeds.insert(condition.completion.kept.begin(), condition.completion.kept.end());
    for (const auto& run : condition.runs) seeds.insert(run.seed);
  }
  for (auto& condition : record.conditions) {
    condition.completion.planned = seeds;
    condition.completion.at_least = !noted;
  }
}

}  // namespace

StudyRecord read_results(const std::string& directory, std::vector<std::string>* damaged) {
  const auto text = read_study_text(directory);
  const auto found = parse_description(text, study_json_of(directory));
  StudyRecord record;
  record.name = printable(found.name);
  record.left_out = found.left_out;
  record.fixed = found.fixed;
  const auto files = files_by_condition(directory, found.conditions.size());
  RunIndex index(directory, text);
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < found.conditions.size(); ++i) {
    Condition condition;
    condition.varied = found.conditions[i];
    condition.number = static_cast<long>(i);
    condition.completion = completion_of(directory, i, files[i]);  // before the runs: one may end meanwhile
    for (const auto& name : files[i]) {
      if (fs::path(name).extension() != ".h5") continue;
      try {
        const auto& run = index.run(name);
        require_place(run, (fs::path(directory) / "runs" / name).string(), run_path(directory, i, run.seed),
                      condition.varied);
        condition.runs.push_back(run);
      } catch (const UserError& problem) {
        problems.push_back(problem.what());
      }
    }
    record.conditions.push_back(std::move(condition));
  }
  index.keep();
  if (damaged)
    *damaged = std::move(problems);
  else if (!problems.empty())
    throw UserError(problems.size() == 1
                        ? problems.front()
                        : fmt::format("{} (and {} more files like it)", problems.front(), problems.size() - 1));
  add_plan(record, planned_seeds(directory));
  const auto tuning = read_tuning((fs::path(directory) / "tuning.json").string());
  for (std::size_t i = 0; i < std::min(tuning.conditions.size(), record.conditions.size()); ++i) {
    record.conditions[i].tuned = tuning.conditions[i];
    record.conditions[i].tuned_edge = tuning.edges[i];
  }
  record.tuned_options = tuning.options;
  if (const auto line = mixed_programs_line(record.programs()); !line.empty()) tell(line);
  tell_mixed_budgets(record);
  return record;
}

StudyRecord read_finished_results(const std::string& directory) {
  auto record = read_results(directory);
  if (!record.has_runs()) throw UserError(directory + ": has no finished runs; give `stillpoint run` the study again");
  return record;
}

}  // namespace stillpoint
