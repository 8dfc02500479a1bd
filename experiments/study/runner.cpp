#include "experiments/study/runner.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>

#include "experiments/options/message.hpp"
#include "experiments/results/condition_label.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/trained_run.hpp"
#include "experiments/study/controls.hpp"
#include "experiments/study/description.hpp"
#include "experiments/study/progress.hpp"
#include "experiments/study/threads.hpp"
#include "experiments/study/tuning.hpp"
#include "sim/initial_weights.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;
using json = nlohmann::json;

struct Job {
  const Options* options;
  const Assignments* varied;
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
    const auto text = description_of(study);
    if (fs::exists(root) && !fs::is_directory(root)) throw UserError(directory + ": is not a directory");
    if (fs::exists(description)) {
      const auto there = read_description(description.string()).identity, here = parse_description(text, "").identity;
      if (there != here)
        throw UserError(
            fmt::format("{}: holds another study ({}); choose another --out", directory, difference(there, here)));
    }
    fs::create_directories(root);
    if (!fs::exists(description))
      for (const auto& entry : fs::directory_iterator(root))
        if (entry.path().filename() != "study.json.partial")  // left by a study killed at this very point
          throw UserError(directory + ": is not empty and holds no study; choose another --out");
    write_atomically(description.string(), text);
    fs::create_directories(root / "runs");
  });
}

/// Warns once per study when a synapse's step is past its stability bound.
class StabilityWarning {
 public:
  void look(const Job& job, const LearningCurve& curve) {
    const double dt = job.options->number("integration.dt_ms");
    double bound = std::numeric_limits<double>::infinity();
    for (const double each : curve.stability_bound_ms) bound = std::fmin(bound, each);
    if (dt <= bound) return;
    std::call_once(once_, [&] {
      tell(fmt::format(
          "warning: integration.dt_ms = {} is past the stability bound of the synapse, {:.3g} ms in {}; at most "
          "{:.2g} ms is free of chatter",
          dt, bound, std::filesystem::path(job.path).filename().string(), bound / 2));
    });
  }

 private:
  std::once_flag once_;
};

/// Says once per study, at its end, that a controlled schedule did not hold the population speed.
class SetPointWarning {
 public:
  void look(const Job& job) {
    if (job.options->text("schedule.shape") != "controlled") return;
    const auto speed = read_run_of_study(job.path).controlled_speed();
    if (!speed || speed->held()) return;
    const std::lock_guard<std::mutex> held(mutex_);
    if (missed_++ == 0)
      example_ = fmt::format("V = {:.3g} /s in the last tenth of the updates of {}, schedule.speed = {:g}",
                             speed->reached, fs::path(job.path).filename().string(), speed->set_point);
  }
  void print() const {
    if (missed_ > 0) tell(fmt::format("warning: set point missed in {} of the new runs: {}", missed_, example_));
  }

 private:
  std::mutex mutex_;
  long missed_ = 0;
  std::string example_;
};

template <class Scalar>
void run_one(const Study& study, const Job& job, Progress& progress, StabilityWarning& warning,
             SetPointWarning& set_point) {
  using Clock = std::chrono::steady_clock;
  const auto seconds_since = [](Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
  };
  const auto start = Clock::now();
  const auto& options = *job.options;
  const auto integration = make_integration(options);
  const auto task = task_kind(options.text("task.name")).make(options, integration.dt_ms);
  auto network = make_network(options, task->inputs(), task->outputs(), job.seed);

  std::size_t done = 0;
  auto setting = training_setting(options);
  setting.seed = job.seed;
  setting.trials = trials_of(*task, options);
  setting.criterion_is_error = task->criterion() == CriterionKind::mean_squared_error;
  setting.progress = [&](long) {
    ++done;
    progress.add(1);
  };
  const Match match = match_control(options, setting, network);
  if (!match.matched)
    tell(fmt::format("warning: {}: {} could not be matched: {:.3g} /s, the TCR network has {:.3g} /s",
                     fs::path(job.path).filename().string(), match.property, match.achieved, match.target));
  const auto training_start = Clock::now();
  RunResult<Scalar> result{options, job.seed, study.name, *job.varied, match, train<Scalar>(setting, network)};
  result.training_seconds = seconds_since(training_start);
  if (result.training.after_freeze_in) {
    const auto trials = task->draw({job.seed, evaluation_update}, FreezeIn::trials);
    const auto measure = [&](const Network<double>& at) {
      const auto synapse = setting.synapse.make<double>(synapse_context(at, integration, {}, trials.steps));
      return measure_collapse(at, integration, *synapse, trials, job.seed);
    };
    result.freeze_in = FreezeIn{measure(network), measure(result.training.after_freeze_in->template cast<double>())};
  }
  result.wall_seconds = seconds_since(start);
  write_run(job.path, result);
  warning.look(job, result.training.curve);
  set_point.look(job);
  progress.run_finished(static_cast<std::size_t>(options.integer("training.updates")) - done);
}

}  // namespace

std::string run_path(const std::string& directory, std::size_t condition, std::uint64_t seed) {
  return (fs::path(directory) / "runs" / fmt::format("condition{:04d}-seed{:06d}.h5", condition, seed)).string();
}

namespace {

/// Runs what is not finished yet, on a thread pool.
void run_all(const Study& study, const RunnerSetting& setting, const std::string& what, const std::vector<Job>& all) {
  std::vector<Job> jobs;
  std::size_t updates = 0;
  for (const auto& job : all)
    if (fs::exists(job.path)) {
      require_readable_run(job.path);
    } else {
      updates += static_cast<std::size_t>(job.options->integer("training.updates"));
      jobs.push_back(job);
    }
  if (!setting.quiet && jobs.size() < all.size())
    tell(fmt::format("{} of {} {} are already finished", all.size() - jobs.size(), all.size(), what));

  Progress progress(jobs.size(), updates, setting.quiet);
  StabilityWarning warning;
  SetPointWarning set_point;
  for_each_on_threads(setting.jobs, jobs, [&](const Job& job) {
    if (job.options->text("integration.precision") == "double")
      run_one<double>(study, job, progress, warning, set_point);
    else
      run_one<float>(study, job, progress, warning, set_point);
  });
  set_point.print();
}

std::string tuning_path(const std::string& directory, std::size_t condition, std::size_t candidate,
                        std::uint64_t seed) {
  return (fs::path(directory) / "tuning" /
          fmt::format("condition{:04d}-candidate{:03d}-seed{:06d}.h5", condition, candidate, seed))
      .string();
}

/// Runs the candidates of every condition and takes the best; scores and choice are kept in DIR/tuning.json.
void tune(Study& study, const RunnerSetting& setting) {
  std::vector<Job> jobs;
  for (std::size_t condition = 0; condition < study.points.size(); ++condition)
    for (std::size_t candidate = 0; candidate < study.points[condition].candidates.size(); ++candidate)
      for (long i = 0; i < study.tuning_seeds; ++i) {
        const auto seed = study.first_tuning_seed + static_cast<std::uint64_t>(i);
        const auto& point = study.points[condition];
        jobs.push_back({&point.candidates[candidate].options, &point.varied, seed,
                        tuning_path(setting.directory, condition, candidate, seed)});
      }
  if (jobs.empty()) return;
  file_action(setting.directory, [&] { fs::create_directories(fs::path(setting.directory) / "tuning"); });
  if (!setting.quiet) tell(fmt::format("tuning: {} runs", jobs.size()));
  run_all(study, setting, "tuning runs", jobs);

  json chosen = json::array();
  for (std::size_t condition = 0; condition < study.points.size(); ++condition) {
    auto& point = study.points[condition];
    json tried = json::array();
    std::vector<TuningScore> scores;
    for (std::size_t candidate = 0; candidate < point.candidates.size(); ++candidate) {
      std::vector<RunRecord> runs;
      for (long i = 0; i < study.tuning_seeds; ++i)
        runs.push_back(read_run_of_study(tuning_path(setting.directory, condition, candidate,
                                                     study.first_tuning_seed + static_cast<std::uint64_t>(i))));
      scores.push_back(score_of(runs));
      tried.push_back({{"tuned", point.candidates[candidate].tuned},
                       {"updates", scores.back().updates},
                       {"loss", scores.back().loss}});
    }
    if (scores.empty()) {
      chosen.push_back(nullptr);
      continue;
    }
    const auto best = best_of(scores);
    point.options = point.candidates[best].options;
    chosen.push_back({{"chosen", best}, {"candidates", tried}});
  }
  write_atomically((fs::path(setting.directory) / "tuning.json").string(), chosen.dump(1) + "\n");
}

/// One line where sparse wiring leaves neurons that hear nothing but the task.
void warn_of_unconnected_neurons(const Study& study) {
  for (const auto& point : study.points) {
    const auto& options = point.options;
    if (!options.knows("network.density") || options.text("network.start") != "none" ||
        (options.number("network.density") == 1 && options.integer("network.modules") == 1))
      continue;
    const auto unconnected = neurons_without_input(make_network(options, 1, 1, study.first_seed));
    if (unconnected.empty()) continue;
    tell(fmt::format("warning: {} of {} neurons have no recurrent input in seed {} of {}; raise network.density",
                     unconnected.size(), options.integer("network.size"), study.first_seed,
                     condition_label(point.varied)));
    return;
  }
}

}  // namespace

void run_study(Study study, const RunnerSetting& setting) {
  claim(study, setting.directory);
  if (!setting.quiet) warn_of_unconnected_neurons(study);
  if (!setting.quiet)
    for (const auto& each : study.left_out)
      tell(fmt::format("left out: {}: {}", condition_label(each.varied), each.reason));
  tune(study, setting);
  std::vector<Job> jobs;
  for (long i = 0; i < study.seeds; ++i)  // all conditions of a seed first: a stopped study has whole pairs
    for (std::size_t condition = 0; condition < study.points.size(); ++condition) {
      const auto seed = study.first_seed + static_cast<std::uint64_t>(i);
      const auto& point = study.points[condition];
      jobs.push_back({&point.options, &point.varied, seed, run_path(setting.directory, condition, seed)});
    }
  run_all(study, setting, "runs", jobs);
}

}  // namespace stillpoint
