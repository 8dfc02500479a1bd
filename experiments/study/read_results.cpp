#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "experiments/results/result_file.hpp"
#include "experiments/study/description.hpp"
#include "experiments/study/runner.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

/// Options of an identity (lines "OPTION = VALUE") that are no axis.
std::vector<std::string> fixed_options(const std::string& identity) {
  std::vector<std::string> options;
  std::istringstream lines(identity);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("grid.", 0) != 0 && line.rfind("tune.", 0) != 0) options.push_back(line.substr(0, line.find(' ')));
  return options;
}

}  // namespace

StudyRecord read_results(const std::string& directory) {
  const fs::path description = fs::path(directory) / "study.json";
  std::error_code ignored;
  if (!fs::exists(description, ignored))
    throw UserError(directory + ": holds no study (no study.json); give the --out directory of `stillpoint run`");
  const auto found = read_description(description.string());
  StudyRecord record;
  record.name = found.name;
  record.left_out = found.left_out;
  record.fixed = fixed_options(found.identity);
  for (const auto& varied : found.conditions) {
    Condition condition;
    condition.varied = varied;
    const auto prefix = fmt::format("condition{:04d}-", record.conditions.size());
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(fs::path(directory) / "runs", ignored))  // or no runs yet
      if (entry.path().extension() == ".h5" && entry.path().filename().string().rfind(prefix, 0) == 0)
        paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) condition.runs.push_back(read_run_of_study(path));
    record.conditions.push_back(std::move(condition));
  }
  const auto tuning = read_tuning((fs::path(directory) / "tuning.json").string());
  for (std::size_t i = 0; i < std::min(tuning.conditions.size(), record.conditions.size()); ++i)
    record.conditions[i].tuned = tuning.conditions[i];
  record.tuned_options = tuning.options;
  return record;
}

}  // namespace stillpoint
