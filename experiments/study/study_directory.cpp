#include "experiments/study/study_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "experiments/results/result_file.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;
using json = nlohmann::json;

/// Wraps what the file system refuses into one line.
template <class Action>
void file_action(const std::string& path, Action&& action) {
  try {
    action();
  } catch (const fs::filesystem_error& problem) {
    throw UserError(fmt::format("{}: {}", path, problem.code().message()));
  }
}

json describe(const Study& study) {
  json conditions = json::array();
  for (const auto& point : study.points) {
    json varied = json::array();
    for (const auto& [option, value] : point.varied) varied.push_back({option, value});
    conditions.push_back(varied);
  }
  json left_out = json::array();
  for (const auto& each : study.left_out) left_out.push_back({{"varied", each.varied}, {"reason", each.reason}});
  json fixed = json::array();
  for (const auto& [option, value] : study.base) fixed.push_back(option);
  return {{"format", "stillpoint-study"}, {"version", 2},        {"name", study.name}, {"identity", study.identity()},
          {"conditions", conditions},     {"left_out", left_out}, {"fixed", fixed}};
}

json read_description(const fs::path& path) {
  std::ifstream file(path);
  json found = json::parse(file, nullptr, false);
  if (found.is_discarded() || found.value("format", "") != "stillpoint-study")
    throw UserError(path.string() + ": is not the description of a study");
  return found;
}

/// First line in which two identities differ, from a little before where it does.
std::string difference(const std::string& there, const std::string& here) {
  std::istringstream a(there), b(here);
  std::string in_there, in_here;
  while (true) {
    const bool more_a = static_cast<bool>(std::getline(a, in_there)),
               more_b = static_cast<bool>(std::getline(b, in_here));
    if (!more_a) in_there = "nothing more";
    if (!more_b) in_here = "nothing more";
    if (in_there == in_here && (more_a || more_b)) continue;
    const auto name = std::min(in_there.find(" = "), in_there.size());
    const auto at = static_cast<std::size_t>(
        std::mismatch(in_there.begin(), in_there.end(), in_here.begin(), in_here.end()).first - in_there.begin());
    const auto cut = [&](const std::string& line) {
      if (line.size() <= 100) return line;
      const auto from = at > 40 ? at - 20 : 0;  // one value of each condition may stand here
      return (from > 0 ? line.substr(0, std::min(name, from)) + " = .. " : "") + line.substr(from, 60) + " ..";
    };
    return fmt::format("\"{}\" there, \"{}\" here", cut(in_there), cut(in_here));
  }
}

/// Before study.json named the options that a study sets, they stood in its identity: lines "OPTION = VALUE" that are no
/// axis.
std::vector<std::string> fixed_by_identity(const std::string& identity) {
  std::vector<std::string> options;
  std::istringstream lines(identity);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("grid.", 0) != 0 && line.rfind("tune.", 0) != 0) options.push_back(line.substr(0, line.find(' ')));
  return options;
}

/// "optimizer.rate = 0.003 (mean updates to criterion 0.001: 400, 0.003: 112)", or nothing where nothing was tuned.
std::string tuning_text(const json& condition) {
  if (condition.is_null()) return "";
  const auto values_of = [](const json& candidate, bool with_names) {
    std::string text;
    for (const auto& pair : candidate.at("tuned"))
      text += (text.empty() ? "" : ", ") + (with_names ? pair.at(0).get<std::string>() + " = " : "") +
              pair.at(1).get<std::string>();
    return text;
  };
  const auto& candidates = condition.at("candidates");
  std::string tried;
  for (const auto& candidate : candidates)
    tried += fmt::format("{}{}: {}", tried.empty() ? "" : "; ", values_of(candidate, false),
                         candidate.contains("left_out")
                             ? "not applicable"
                             : fmt::format("{:.0f}", candidate.at("updates").get<double>()));
  return fmt::format("{} (mean updates to criterion {})",
                     values_of(candidates.at(condition.at("chosen").get<std::size_t>()), true), tried);
}

/// Throws UserError unless this very study is described.
void require_same_study(const json& found, const Study& study, const std::string& directory) {
  if (found.value("version", 0) < 2)
    throw UserError(directory + ": was begun by an earlier program, which did not note every option; choose another --out");
  const auto there = found.value("identity", ""), here = study.identity();
  if (there != here)
    throw UserError(
        fmt::format("{}: holds another study ({}); choose another --out", directory, difference(there, here)));
}

}  // namespace

std::string run_path(const std::string& directory, std::size_t condition, std::uint64_t seed) {
  return (fs::path(directory) / "runs" / fmt::format("condition{:04d}-seed{:06d}.h5", condition, seed)).string();
}

std::string tuning_path(const std::string& directory, std::size_t condition, std::size_t candidate,
                        std::uint64_t seed) {
  return (fs::path(directory) / "tuning" /
          fmt::format("condition{:04d}-candidate{:03d}-seed{:06d}.h5", condition, candidate, seed))
      .string();
}

void open_study_directory(const Study& study, const std::string& directory) {
  file_action(directory, [&] {
    const fs::path root(directory), description = root / "study.json";
    if (fs::exists(root) && !fs::is_directory(root)) throw UserError(directory + ": is not a directory");
    fs::create_directories(root);
    if (!fs::exists(description)) {
      for (const auto& entry : fs::directory_iterator(root))
        if (const auto name = entry.path().filename().string();
            name != "study.json" && !is_partial(name))  // of another process, or left by one that was killed here
          throw UserError(directory + ": is not empty and holds no study; choose another --out");
      write_once(description.string(), describe(study).dump(1) + "\n");
    }
    require_same_study(read_description(description), study, directory);
    fs::create_directories(root / "runs");
    if (!study.tune.empty()) fs::create_directories(root / "tuning");
  });
}

StudyRecord read_results(const std::string& directory) {
  const fs::path description = fs::path(directory) / "study.json";
  if (!fs::exists(description))
    throw UserError(directory + ": holds no study (no study.json); give the --out directory of `stillpoint run`");
  const auto found = read_description(description);
  StudyRecord record;
  record.name = found.at("name");
  record.fixed = found.contains("fixed") ? found.at("fixed").get<std::vector<std::string>>()
                                         : fixed_by_identity(found.value("identity", ""));
  for (const auto& varied : found.at("conditions")) {
    Condition condition;
    for (const auto& pair : varied) condition.varied.emplace_back(pair.at(0), pair.at(1));
    const auto prefix = fmt::format("condition{:04d}-", record.conditions.size());
    std::vector<std::string> paths;
    std::error_code ignored;  // no runs yet
    for (const auto& entry : fs::directory_iterator(fs::path(directory) / "runs", ignored))
      if (entry.path().extension() == ".h5" && entry.path().filename().string().rfind(prefix, 0) == 0)
        paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) condition.runs.push_back(read_run_of_study(path));
    record.conditions.push_back(std::move(condition));
  }
  for (const auto& each : found.value("left_out", json::array()))
    record.left_out.push_back({each.at("varied"), each.at("reason")});
  std::ifstream tuning_file(fs::path(directory) / "tuning.json");
  const json tuning = tuning_file ? json::parse(tuning_file) : json::array();
  for (std::size_t i = 0; i < std::min(tuning.size(), record.conditions.size()); ++i)
    record.conditions[i].tuned = tuning_text(tuning[i]);
  for (const auto& condition : tuning)
    if (!condition.is_null())
      for (const auto& pair : condition.at("candidates").front().at("tuned"))
        record.tuned_options.push_back(pair.at(0));
  fmt::print(stderr, "{}", mixed_programs_line(record.programs()));
  return record;
}

}  // namespace stillpoint
