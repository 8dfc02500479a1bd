#include "experiments/study/study_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "experiments/results/atomic_file.hpp"
#include "experiments/study/description.hpp"

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
    const auto text = description_of(study);
    if (fs::exists(root) && !fs::is_directory(root)) throw UserError(directory + ": is not a directory");
    fs::create_directories(root);
    if (!fs::exists(description)) {
      for (const auto& entry : fs::directory_iterator(root))
        if (const auto name = entry.path().filename().string();
            !is_partial(name) && !fs::exists(description))  // of another process, or left by one that was killed here
          throw UserError(directory + ": is not empty and holds no study; choose another --out");
      write_once(description.string(), text);
    }
    require_same_study(text, description.string(), directory);
    fs::create_directories(root / "runs");
    if (!study.tune.empty()) fs::create_directories(root / "tuning");
  });
}

}  // namespace stillpoint
