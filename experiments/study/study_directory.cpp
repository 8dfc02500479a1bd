#include "experiments/study/study_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "experiments/results/atomic_file.hpp"
#include "experiments/results/text_file.hpp"
#include "experiments/study/description.hpp"
#include "experiments/study/study_jobs.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

/// Wraps what the file system refuses into one line.
template <class Action>
void file_action(const std::string& path, Action&& action) {
  try {
    action();
  } catch (const fs::filesystem_error& problem) {
    throw UserError(fmt::format("{}: {}", path, problem.code().message()));
  }
}

/// Lines "NAME = VALUE" by their names.
std::map<std::string, std::string> values_of(const std::string& identity) {
  std::map<std::string, std::string> values;
  std::istringstream lines(identity);
  for (std::string line; std::getline(lines, line);) {
    const auto equals = std::min(line.find(" = "), line.size());
    values[line.substr(0, equals)] += line.substr(std::min(equals + 3, line.size()));
  }
  return values;
}

/// The first value in which two identities differ, from a little before where it does: it may be one of each condition.
std::string difference(const std::string& there, const std::string& here) {
  auto a = values_of(there), b = values_of(here);
  for (const auto& [name, value] : b) a.try_emplace(name, "nothing");
  for (const auto& [name, in_there] : a) {
    const auto found = b.find(name);
    const auto& in_here = found == b.end() ? std::string("nothing") : found->second;
    if (in_there == in_here) continue;
    std::size_t at = 0;
    while (at < std::min(in_there.size(), in_here.size()) && in_there[at] == in_here[at]) ++at;
    const auto shown = [&](const std::string& value) {
      if (value.size() <= 60) return value;
      const auto from = at > 20 ? at - 20 : 0;
      return (from > 0 ? ".. " : "") + value.substr(from, 60) + (from + 60 < value.size() ? " .." : "");
    };
    const char* why = name == "schedule.until" ? "; with schedule.until = 0 it follows training.updates" : "";
    return fmt::format("{} = {} there, {} here{}", name, shown(in_there), shown(in_here), why);
  }
  return "their lines are in another order";
}

/// Throws UserError unless this very study is described.
void require_same_study(const std::string& text, const std::string& path, const std::string& directory) {
  const auto found = read_description(path);
  if (found.version < 2)
    throw UserError(directory +
                    ": was begun by an earlier program, which did not note every option; choose another --out");
  const auto there = found.identity, here = parse_description(text, "").identity;
  if (there != here)
    throw UserError(
        fmt::format("{}: holds another study ({}); choose another --out", directory, difference(there, here)));
}

/// Notes the seeds of a study. One file per range: processes that ask for different ones do not meet.
void note_plan(const Study& study, const fs::path& planned) {
  fs::create_directories(planned);
  const auto last = study.first_seed + static_cast<std::uint64_t>(study.seeds) - 1;
  const auto path = planned / fmt::format("seeds{:06d}-{:06d}.json", study.first_seed, last);
  if (fs::exists(path)) return;
  nlohmann::json plan = {{"first_seed", study.first_seed}, {"seeds", study.seeds}};
  for (const auto& job : tuning_jobs(study, "")) plan["tuning"].push_back(fs::path(job.path).stem().string());
  write_once(path.string(), plan.dump() + "\n");
}

/// What `note_plan` noted, a file after the other; false where an earlier program alone wrote to the directory.
template <class See>
bool read_plans(const std::string& directory, See&& see) {
  const auto planned = fs::path(directory) / "planned";
  std::error_code none;
  if (!fs::exists(planned, none)) return false;
  for (const auto& entry : fs::directory_iterator(planned, none)) {
    const auto path = entry.path().string();
    if (is_partial(entry.path().filename().string())) continue;
    read_json(path, [&](const nlohmann::json& plan) {
      see(plan, path);
      return 0;
    });
  }
  return true;
}

constexpr std::uint64_t most_seeds = 10'000'000;  // more is no plan of anyone's

/// Throws UserError where the directory is not this study's and cannot become so. Whether it is already.
bool require_own_directory(const Study& study, const std::string& directory) {
  const fs::path root(directory), description = root / "study.json";
  if (!fs::exists(root)) return false;
  if (!fs::is_directory(root)) throw UserError(directory + ": is not a directory");
  if (!fs::exists(description))
    for (const auto& entry : fs::directory_iterator(root))
      if (const auto name = entry.path().filename().string();
          !is_partial(name) && !fs::exists(description))  // of another process, or left by one that was killed here
        throw UserError(directory + ": is not empty and holds no study; choose another --out");
  if (!fs::exists(description)) return false;
  require_same_study(description_of(study), description.string(), directory);
  return true;
}

}  // namespace

std::optional<std::set<std::uint64_t>> planned_seeds(const std::string& directory) {
  std::set<std::uint64_t> seeds;
  const bool noted = read_plans(directory, [&](const nlohmann::json& range, const std::string& path) {
    const auto first = range.at("first_seed").get<std::uint64_t>(), count = range.at("seeds").get<std::uint64_t>();
    require_parameter(count <= most_seeds, path + ": seeds", std::to_string(count),
                      fmt::format("must be at most {}; remove the file", most_seeds));
    for (std::uint64_t i = 0; i < count; ++i) seeds.insert(first + i);
  });
  return noted ? std::optional(seeds) : std::nullopt;
}

std::set<std::string> planned_tuning(const std::string& directory) {
  std::set<std::string> names;
  read_plans(directory, [&](const nlohmann::json& plan, const std::string&) {
    names.merge(plan.value("tuning", std::set<std::string>()));
  });
  return names;
}

std::string run_path(const std::string& directory, std::size_t condition, std::uint64_t seed) {
  return (fs::path(directory) / "runs" / fmt::format("condition{:04d}-seed{:06d}.h5", condition, seed)).string();
}

std::string tuning_path(const std::string& directory, std::size_t condition, std::size_t candidate,
                        std::uint64_t seed) {
  return (fs::path(directory) / "tuning" /
          fmt::format("condition{:04d}-candidate{:03d}-seed{:06d}.h5", condition, candidate, seed))
      .string();
}

void check_study_directory(const Study& study, const std::string& directory) {
  file_action(directory, [&] { require_own_directory(study, directory); });
}

void open_study_directory(const Study& study, const std::string& directory) {
  file_action(directory, [&] {
    const fs::path root(directory), description = root / "study.json";
    if (!require_own_directory(study, directory)) {
      fs::create_directories(root);
      write_once(description.string(), description_of(study));
      require_own_directory(study, directory);  // another process may have been faster, with another study
    }
    fs::create_directories(root / "runs");
    note_plan(study, root / "planned");
    if (!study.tune.empty()) fs::create_directories(root / "tuning");
  });
}

}  // namespace stillpoint
