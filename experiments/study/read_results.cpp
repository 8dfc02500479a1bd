#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>

#include "experiments/options/message.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/study/description.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

/// As number where both are: "1e-3" and "0.001" are the same value.
bool differ(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text) -> std::optional<double> {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return !text.empty() && *end == '\0' ? std::optional(value) : std::nullopt;
  };
  const auto x = number(a), y = number(b);
  return x && y ? *x != *y : !x && !y && a != b;
}

/// A file that was copied or renamed would count for another run.
void require_place(const RunRecord& run, const std::string& path, const std::string& place, const Varied& varied) {
  if (fs::path(path).filename() != fs::path(place).filename())
    throw UserError(fmt::format("{}: holds seed {}, whose file is {}; remove it", path, run.seed,
                                fs::path(place).filename().string()));
  for (const auto& [option, value] : varied)
    if (const auto own = run.options.find(option); own != run.options.end() && differ(own->second, value))
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
                    condition_label(condition.varied), fmt::join(each, ", ")));
    return;
  }
}

}  // namespace

StudyRecord read_results(const std::string& directory) {
  const fs::path description = fs::path(directory) / "study.json";
  std::error_code ignored;
  if (!fs::exists(description, ignored))
    throw UserError(directory + ": holds no study (no study.json); give the --out directory of `stillpoint run`");
  const auto found = read_description(description.string());
  StudyRecord record;
  record.name = printable(found.name);
  record.left_out = found.left_out;
  record.fixed = found.fixed;
  for (const auto& varied : found.conditions) {
    Condition condition;
    condition.varied = varied;
    const auto prefix = fmt::format("condition{:04d}-", record.conditions.size());
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(fs::path(directory) / "runs", ignored))  // or no runs yet
      if (entry.path().extension() == ".h5" && entry.path().filename().string().rfind(prefix, 0) == 0)
        paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      condition.runs.push_back(read_run_of_study(path));
      const auto& run = condition.runs.back();
      require_place(run, path, run_path(directory, record.conditions.size(), run.seed), varied);
    }
    record.conditions.push_back(std::move(condition));
  }
  const auto tuning = read_tuning((fs::path(directory) / "tuning.json").string());
  for (std::size_t i = 0; i < std::min(tuning.conditions.size(), record.conditions.size()); ++i)
    record.conditions[i].tuned = tuning.conditions[i];
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
