#include "experiments/study/study_status.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "experiments/options/message.hpp"
#include "experiments/results/begun_run.hpp"
#include "experiments/runs/time_left.hpp"
#include "experiments/study/description.hpp"
#include "experiments/study/run_queue.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;

/// What lies in the folder of a run.
struct Files {
  bool finished = false, kept = false, failed = false, claimed = false;
};
using FilesByRun = std::map<std::string, Files>;

void look_at(const fs::path& folder, FilesByRun& runs) {
  std::error_code none;  // or no runs yet
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    const auto file = entry.path().filename().string();
    const auto dot = std::min(file.find('.'), file.size());
    const auto name = file.substr(0, dot), end = file.substr(dot);
    if (name.rfind("condition", 0) != 0 || name.find("-seed") == std::string::npos) continue;
    if (end == ".h5") runs[name].finished = true;
    if (end == ".unfinished") runs[name].kept = true;
    if (end == ".failed") runs[name].failed = true;
    if (end.rfind(".h5.claim-", 0) == 0) runs[name].claimed = true;
  }
}

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return printable(line);
}

/// Whether a finished run can be no file of HDF5, or is cut short: its first bytes say how long it is. Reading them takes
/// 5 us, opening it with the library 35; whatever else may be wrong is seen where it is read.
bool is_cut_short(const std::string& path) {
  std::array<char, 52> bytes{};
  struct stat status{};
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return true;
  const auto read = ::pread(file, bytes.data(), bytes.size(), 0);
  const bool told = ::fstat(file, &status) == 0;
  ::close(file);
  const std::string signature = "\x89HDF\r\n\x1a\n";
  const bool whole = told && read == static_cast<ssize_t>(bytes.size());
  if (!whole || !std::equal(signature.begin(), signature.end(), bytes.begin())) return true;
  // Where the length stands, of 8 bytes, in each version of the format (HDF5 File Format Specification 3.0, II.A).
  constexpr std::array<std::size_t, 4> place_of_end = {40, 44, 28, 28};
  const auto version = static_cast<unsigned char>(bytes[signature.size()]);
  if (version >= place_of_end.size()) return false;
  std::uint64_t end = 0;
  for (std::size_t i = 8; i-- > 0;) end = 256 * end + static_cast<unsigned char>(bytes[place_of_end[version] + i]);
  return static_cast<std::uint64_t>(status.st_size) < end;
}

/// Seconds ago by the clock that stamps and claims are compared with.
double seconds_since(long time) { return std::max(0.0, static_cast<double>(std::time(nullptr) - time)); }
double seconds_since(fs::file_time_type time) {
  return std::max(0.0, std::chrono::duration<double>(fs::file_time_type::clock::now() - time).count());
}

/// What the times of a sample say of those that are left.
class Estimate {
 public:
  explicit Estimate(const fs::path& folder) : folder_(folder) {}

  void finished(const std::string& name) { of(name).finished.push_back(name); }
  void begun(const std::string& name, double running_for) {
    RunToDo run{of(name).number, 0, running_for};
    const auto kept = path(name, ".unfinished");
    if (const auto taken = run_time(kept)) {
      run.done = taken->updates;
      std::error_code gone;  // what it has done since it was kept last counts by its time
      if (const auto stamp = fs::last_write_time(kept, gone); !gone)
        run.running_for = std::min(running_for, seconds_since(stamp));
    }
    to_do_.push_back(run);
  }
  void waits(const std::string& name) { to_do_.push_back({of(name).number, 0, 0}); }

  /// at_work: those begun are, and nobody else; else one worker takes all.
  std::optional<double> seconds(bool at_work, std::size_t running) {
    if (to_do_.empty()) return 0;
    if (at_work && running == 0) return std::nullopt;
    measure();
    std::vector<PlannedRun> plans;
    for (const auto& run : to_do_) plans.push_back({run.kind, longest_, run.done});
    TimeLeft left(std::move(plans), at_work ? 0 : 1);
    for (const auto& [kind, took] : took_) left.known(kind, took);
    for (std::size_t i = 0; i < running && at_work; ++i) {  // they were told of first
      left.elsewhere(i, -to_do_[i].running_for);
      left.elsewhere(i, 0);
    }
    return left.seconds(0);
  }
  /// Of the runs that were measured.
  double longest_beside() {
    measure();
    double longest = 0;
    for (const auto& [kind, took] : took_) longest = std::max(longest, took.beside);
    return longest;
  }

 private:
  struct RunToDo {
    std::size_t kind;
    double done, running_for;
  };
  struct Kind {
    std::size_t number;
    std::vector<std::string> finished;
  };
  std::string path(const std::string& name, const char* end) const { return (folder_ / (name + end)).string(); }
  /// Runs that differ in their seed alone are of one kind.
  Kind& of(const std::string& name) {
    return kinds_.try_emplace(name.substr(0, name.rfind("-seed")), Kind{kinds_.size(), {}}).first->second;
  }
  /// Opens some of every kind, spread over its seeds.
  void measure() {
    if (!took_.empty()) return;
    constexpr std::size_t most_opened = 2000;
    const auto each = std::max<std::size_t>(1, most_opened / kinds_.size());
    for (const auto& [name, kind] : kinds_) {
      const auto count = std::min(each, kind.finished.size());
      for (std::size_t i = 0; i < count; ++i)
        if (const auto took = run_time(path(kind.finished[i * kind.finished.size() / count], ".h5"))) {
          took_.emplace_back(kind.number, *took);
          longest_ = std::max(longest_, took->updates);
        }
    }
  }

  fs::path folder_;
  std::map<std::string, Kind> kinds_;
  std::vector<RunToDo> to_do_;
  std::vector<std::pair<std::size_t, RunTime>> took_;
  double longest_ = 1;
};

RunsStatus status_of(const fs::path& folder, FilesByRun runs) {
  look_at(folder, runs);
  RunsStatus status;
  Estimate estimate(folder);
  std::vector<std::string> left;
  for (const auto& [name, files] : runs) {
    const auto owner = files.claimed ? Claims::owner((folder / (name + ".h5")).string()) : std::nullopt;
    if (owner) {
      status.running.push_back({name, *owner});
      estimate.begun(name, owner->since > 0 ? seconds_since(owner->since) : 0);
    } else if (files.finished) {
      ++status.finished;
      if (is_cut_short((folder / (name + ".h5")).string())) status.unreadable.push_back(name);
    } else {
      left.push_back(name);
    }
    if (files.finished) estimate.finished(name);
  }
  const auto seed_of = [](const std::string& name) { return name.substr(name.rfind("-seed")); };
  std::stable_sort(left.begin(), left.end(), [&](const auto& a, const auto& b) { return seed_of(a) < seed_of(b); });
  for (const auto& name : left) {
    const auto& files = runs.at(name);
    if (files.failed)
      status.failed.push_back({name, first_line(folder / (name + ".failed"))});
    else
      ++status.left;
    if (files.kept && !files.failed) {
      ++status.kept;
      estimate.begun(name, 0);
    } else {
      estimate.waits(name);
    }
  }
  status.seconds_left = estimate.seconds(true, status.running.size());
  status.one_at_a_time = estimate.seconds(false, 0);
  status.longest_beside = estimate.longest_beside();
  return status;
}

}  // namespace

StudyStatus read_status(const std::string& directory) {
  const auto description = read_study_description(directory);
  const fs::path root(directory);
  StudyStatus status;
  status.name = printable(description.name);
  FilesByRun planned, tuning;
  const auto seeds = planned_seeds(directory);
  status.at_least = !seeds;
  if (seeds)
    for (std::size_t i = 0; i < description.conditions.size(); ++i)
      for (const auto seed : *seeds) planned[fs::path(run_path("", i, seed)).stem().string()];
  for (const auto& name : planned_tuning(directory)) tuning[name];
  status.runs = status_of(root / "runs", std::move(planned));
  std::error_code none;
  if (fs::exists(root / "tuning", none) && !fs::exists(root / "tuning.json", none))
    status.tuning = status_of(root / "tuning", std::move(tuning));
  if (status.tuning) status.runs.seconds_left = status.runs.one_at_a_time = std::nullopt;
  return status;
}

}  // namespace stillpoint
