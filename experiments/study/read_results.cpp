#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "experiments/options/message.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/study/description.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace fs = std::filesystem;

StudyRecord read_results(const std::string& directory) {
  const fs::path description = fs::path(directory) / "study.json";
  std::error_code ignored;
  if (!fs::exists(description, ignored))
    throw UserError(directory + ": holds no study (no study.json); give the --out directory of `stillpoint run`");
  const auto found = read_description(description.string());
  StudyRecord record;
  record.name = found.name;
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
    for (const auto& path : paths) condition.runs.push_back(read_run_of_study(path));
    record.conditions.push_back(std::move(condition));
  }
  const auto tuning = read_tuning((fs::path(directory) / "tuning.json").string());
  for (std::size_t i = 0; i < std::min(tuning.conditions.size(), record.conditions.size()); ++i)
    record.conditions[i].tuned = tuning.conditions[i];
  record.tuned_options = tuning.options;
  if (const auto line = mixed_programs_line(record.programs()); !line.empty()) tell(line);
  return record;
}

}  // namespace stillpoint
