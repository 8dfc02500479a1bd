#include "experiments/runner.hpp"

#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for_each.h>
#include <tbb/task_arena.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "experiments/progress.hpp"
#include "experiments/result_file.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;
using json = nlohmann::json;

struct Job {
  const Study::Point* point;
  std::uint64_t seed;
  std::string path;
};

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
  return {{"format", "stillpoint-study"},
          {"version", 1},
          {"name", study.name},
          {"identity", study.identity()},
          {"conditions", conditions}};
}

json read_description(const fs::path& path) {
  std::ifstream file(path);
  json found = json::parse(file, nullptr, false);
  if (found.is_discarded() || found.value("format", "") != "stillpoint-study")
    throw UserError(path.string() + ": is not the description of a study");
  return found;
}

/// First line in which two identities differ.
std::string difference(const std::string& there, const std::string& here) {
  std::istringstream a(there), b(here);
  std::string in_there, in_here;
  while (true) {
    const bool more_a = static_cast<bool>(std::getline(a, in_there)),
               more_b = static_cast<bool>(std::getline(b, in_here));
    if (!more_a) in_there = "nothing more";
    if (!more_b) in_here = "nothing more";
    if (in_there != in_here || (!more_a && !more_b)) return fmt::format("\"{}\" there, \"{}\" here", in_there, in_here);
  }
}

/// Creates the directory and its description, or makes sure that it holds this very study.
void claim(const Study& study, const std::string& directory) {
  file_action(directory, [&] {
    const fs::path root(directory), description = root / "study.json";
    if (fs::exists(root) && !fs::is_directory(root)) throw UserError(directory + ": is not a directory");
    if (fs::exists(description)) {
      const auto found = read_description(description);
      const auto there = found.value("identity", ""), here = study.identity();
      if (there != here)
        throw UserError(
            fmt::format("{}: holds another study ({}); choose another --out", directory, difference(there, here)));
    }
    fs::create_directories(root);
    if (!fs::exists(description))
      for (const auto& entry : fs::directory_iterator(root))
        if (entry.path().filename() != "study.json.partial")  // left by a study killed at this very point
          throw UserError(directory + ": is not empty and holds no study; choose another --out");
    write_atomically(description.string(), describe(study).dump(1) + "\n");
    fs::create_directories(root / "runs");
  });
}

/// Warns once per study when a synapse's step is past its stability bound.
class StabilityWarning {
 public:
  void look(const Job& job, const LearningCurve& curve) {
    const double dt = job.point->options.number("integration.dt_ms");
    double bound = std::numeric_limits<double>::infinity();
    for (const double each : curve.stability_bound_ms) bound = std::fmin(bound, each);
    if (dt <= bound) return;
    std::call_once(once_, [&] {
      fmt::print(stderr,
                 "warning: integration.dt_ms = {} is past the stability bound of the synapse, {:.3g} ms in {}; at most "
                 "{:.2g} ms is free of chatter\n",
                 dt, bound, std::filesystem::path(job.path).filename().string(), bound / 2);
    });
  }

 private:
  std::once_flag once_;
};

template <class Scalar>
void run_one(const Study& study, const Job& job, Progress& progress, StabilityWarning& warning) {
  using Clock = std::chrono::steady_clock;
  const auto seconds_since = [](Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
  };
  const auto start = Clock::now();
  const auto& options = job.point->options;
  const auto integration = make_integration(options);
  const auto task = task_kind(options.text("task.name")).make(options, integration.dt_ms);
  auto network = make_network(options, task->inputs(), task->outputs(), job.seed);

  std::size_t done = 0;
  TrainingSetting setting{options,
                          job.seed,
                          integration,
                          make_noise(options),
                          [&](TrialKey key, Index count) { return task->draw(key, count); },
                          task->criterion() == CriterionKind::mean_squared_error,
                          [&](long) {
                            ++done;
                            progress.add(1);
                          }};
  const Match match = match_control(setting, network);
  if (!match.matched)
    fmt::print(stderr, "warning: {}: {} could not be matched: {:.3g} /s, the TCR network has {:.3g} /s\n",
               fs::path(job.path).filename().string(), match.property, match.achieved, match.target);
  const auto training_start = Clock::now();
  RunResult<Scalar> result{options, job.seed, study.name, job.point->varied, match, train<Scalar>(setting, network)};
  result.training_seconds = seconds_since(training_start);
  result.wall_seconds = seconds_since(start);
  write_run(job.path, result);
  warning.look(job, result.training.curve);
  progress.run_finished(static_cast<std::size_t>(options.integer("training.updates")) - done);
}

/// Options of an identity (lines "OPTION = VALUE") that are no axis.
std::vector<std::string> fixed_options(const std::string& identity) {
  std::vector<std::string> options;
  std::istringstream lines(identity);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("grid.", 0) != 0) options.push_back(line.substr(0, line.find(' ')));
  return options;
}

}  // namespace

std::string run_path(const std::string& directory, std::size_t condition, std::uint64_t seed) {
  return (fs::path(directory) / "runs" / fmt::format("condition{:04d}-seed{:06d}.h5", condition, seed)).string();
}

void run_study(const Study& study, const RunnerSetting& setting) {
  claim(study, setting.directory);
  std::vector<Job> jobs;
  std::size_t finished = 0, updates = 0;
  for (long i = 0; i < study.seeds; ++i)  // all conditions of a seed first: a stopped study has whole pairs
    for (std::size_t condition = 0; condition < study.points.size(); ++condition) {
      const auto seed = study.first_seed + static_cast<std::uint64_t>(i);
      Job job{&study.points[condition], seed, run_path(setting.directory, condition, seed)};
      if (fs::exists(job.path)) {
        ++finished;
        continue;
      }
      updates += static_cast<std::size_t>(job.point->options.integer("training.updates"));
      jobs.push_back(std::move(job));
    }
  if (!setting.quiet && finished > 0)
    fmt::print(stderr, "{} of {} runs are already finished\n", finished, finished + jobs.size());

  const int threads =
      setting.jobs > 0 ? setting.jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  Progress progress(jobs.size(), updates, setting.quiet);
  StabilityWarning warning;
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_for_each(jobs, [&](const Job& job) {
      if (job.point->options.text("integration.precision") == "double")
        run_one<double>(study, job, progress, warning);
      else
        run_one<float>(study, job, progress, warning);
    });
  });
}

StudyRecord read_results(const std::string& directory) {
  const fs::path description = fs::path(directory) / "study.json";
  if (!fs::exists(description))
    throw UserError(directory + ": holds no study (no study.json); give the --out directory of `stillpoint run`");
  const auto found = read_description(description);
  StudyRecord record;
  record.name = found.at("name");
  record.fixed = fixed_options(found.value("identity", ""));
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
    for (const auto& path : paths) condition.runs.push_back(read_run(path));
    record.conditions.push_back(std::move(condition));
  }
  return record;
}

}  // namespace stillpoint
