#include "experiments/study/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "experiments/options/message.hpp"
#include "experiments/options/start_file.hpp"
#include "experiments/results/begun_run.hpp"
#include "experiments/results/condition_label.hpp"
#include "experiments/runs/all_runs.hpp"
#include "experiments/runs/memory_limit.hpp"
#include "experiments/runs/signals.hpp"
#include "experiments/runs/threads.hpp"
#include "experiments/study/effects.hpp"
#include "experiments/study/study_directory.hpp"
#include "experiments/study/tuning.hpp"
#include "sim/initial_weights.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;
using json = nlohmann::json;

/// The run's file where it has the whole budget: nothing is left to do. Throws UserError where it is of another study,
/// or cannot be gone on with.
std::optional<FinishedRun> finished(const Study& study, const RunJob& job) {
  if (!fs::exists(job.path)) return std::nullopt;
  const auto found = read_finished_run(job.path, *job.options, job.seed);
  const long here = job.options->integer("training.updates");
  if (found.updates == here) return found;
  const auto refuse = [&](const std::string& why) {
    throw ParameterError("training.updates", std::to_string(here),
                         fmt::format("{} has {}, {}; choose another --out", job.path, found.updates, why));
  };
  if (found.updates > here) refuse("and a finished run is not cut");
  if (job.options->flag("training.stop_at_criterion")) refuse("where training.stop_at_criterion says when a run ends");
  if (!study.tune.empty()) refuse("by which [tune] has chosen");
  return std::nullopt;
}

/// Runs that other processes may be working on as well, handed out one at a time.
class Queue {
 public:
  Queue(const Study& study, std::deque<RunJob> jobs, Progress& progress, const AllRuns& all)
      : study_(study), left_(std::move(jobs)), progress_(progress), all_(all) {}

  struct Item {
    RunJob job;
    std::unique_ptr<Claim> claim;
  };
  /// The next run that nobody works on, claimed; waits while others have all that are left, and gives nothing when none
  /// is left or the study is to stop.
  std::optional<Item> next() {
    while (true) {
      {
        const std::lock_guard<std::mutex> held(mutex_);
        if (auto item = look()) return item;
        if (left_.empty() || stopped()) return std::nullopt;
        progress_.wait_for_others(left_.size());
      }
      for (int i = 0; i < 10 && !stopped(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      if (stopped()) return std::nullopt;
    }
  }
  /// After a run that was not finished: another process has it.
  void put_back(const RunJob& job) {
    const std::lock_guard<std::mutex> held(mutex_);
    left_.push_back(job);
  }

 private:
  bool stopped() const { return all_.given_up || StudySignals::stopped_by() != 0; }

  std::optional<Item> look() {
    for (auto job = left_.begin(); job != left_.end() && !stopped();) {
      // Looked at again once it is claimed: its owner may have finished it just before.
      bool done = finished(study_, *job).has_value();
      auto claim = done ? nullptr : claims_.take(job->path);
      done = done || (claim && finished(study_, *job));
      if (done) progress_.run_finished(static_cast<std::size_t>(job->options->integer("training.updates")));
      if (!done && !claim) {
        ++job;
        continue;
      }
      Item item{*job, std::move(claim)};
      job = left_.erase(job);
      if (!done) return item;
    }
    return std::nullopt;
  }

  const Study& study_;
  std::mutex mutex_;
  std::deque<RunJob> left_;
  Progress& progress_;
  const AllRuns& all_;
  Claims claims_;
};

/// Runs that could not be gone on with, which the others did not wait for.
class Refusals {
 public:
  void add(const std::string& problem) {
    const std::lock_guard<std::mutex> held(mutex_);
    if (count_++ == 0) first_ = problem;
  }
  /// Throws UserError where there are any.
  void raise() const {
    if (count_ > 0) throw UserError(count_ == 1 ? first_ : fmt::format("{} (and {} more)", first_, count_ - 1));
  }

 private:
  std::mutex mutex_;
  long count_ = 0;
  std::string first_;
};

/// Runs what is not finished yet, on a thread pool. Throws StudyStopped when a signal asks to stop.
void run_all(const Study& study, const RunnerSetting& setting, const std::string& what,
             const std::vector<RunJob>& all) {
  std::deque<RunJob> jobs;
  std::size_t updates = 0;
  std::map<ProgramFacts, long> programs;
  for (const auto& job : all) {
    const auto run = finished(study, job);
    ++programs[run ? run->program : this_program_facts()];
    if (!run) {
      updates += static_cast<std::size_t>(job.options->integer("training.updates"));
      jobs.push_back(job);
    }
  }
  if (const auto line = mixed_programs_line(programs); !line.empty()) tell(line);
  if (!setting.quiet && jobs.size() < all.size())
    tell(fmt::format("{} of {} {} are already finished", all.size() - jobs.size(), all.size(), what));
  if (jobs.empty()) return;

  std::vector<const Options*> options;
  for (const auto& job : jobs) options.push_back(job.options);
  const int at_a_time = runs_at_a_time(setting.jobs, options);
  Progress progress(jobs.size(), updates, setting.quiet);
  AllRuns together;
  Refusals refused;
  const auto workers = std::min(jobs.size(), static_cast<std::size_t>(at_a_time));
  Queue queue(study, std::move(jobs), progress, together);
  for_each_on_threads(static_cast<int>(workers), std::vector<int>(workers), [&](int) {
    try {
      while (auto item = queue.next()) {
        try {
          const bool done = run_job(study.name, item->job, *item->claim, progress, together);
          if (!done && item->claim->lost()) queue.put_back(item->job);
        } catch (const CannotGoOn& problem) {
          refused.add(problem.what());
        }
      }
    } catch (...) {
      together.given_up = true;
      throw;
    }
  });
  together.set_point.print();
  refused.raise();
  if (StudySignals::stopped_by() != 0) throw StudyStopped{StudySignals::stopped_by()};
}

/// After the last run: what processes that died have left.
void tidy(const std::string& directory, const std::vector<RunJob>& jobs) {
  for (const auto& job : jobs) Claims::tidy(job.path);
  for (const char* name : {"study.json.", "tuning.json."}) remove_partials(directory, name);
}

/// Runs the candidates of every condition and takes the best; scores and choice are kept in DIR/tuning.json.
void tune(Study& study, const RunnerSetting& setting) {
  std::vector<RunJob> jobs;
  for (std::size_t condition = 0; condition < study.points.size(); ++condition)
    for (std::size_t candidate = 0; candidate < study.points[condition].candidates.size(); ++candidate)
      for (long i = 0; i < study.tuning_seeds; ++i) {
        const auto seed = study.first_tuning_seed + static_cast<std::uint64_t>(i);
        const auto& point = study.points[condition];
        if (!point.candidates[candidate].left_out.empty()) continue;
        jobs.push_back({&point.candidates[candidate].options, &point.varied, seed,
                        tuning_path(setting.directory, condition, candidate, seed)});
      }
  if (jobs.empty()) return;
  if (!setting.quiet) tell(fmt::format("tuning: {} runs", jobs.size()));
  run_all(study, setting, "tuning runs", jobs);
  tidy(setting.directory, jobs);

  json chosen = json::array();
  for (std::size_t condition = 0; condition < study.points.size(); ++condition) {
    auto& point = study.points[condition];
    json tried = json::array();
    std::vector<TuningScore> scores;
    for (std::size_t candidate = 0; candidate < point.candidates.size(); ++candidate) {
      if (const auto& [tuned, options, left_out] = point.candidates[candidate]; !left_out.empty()) {
        const double never = std::numeric_limits<double>::infinity();
        scores.push_back({never, never});
        tried.push_back({{"tuned", tuned}, {"left_out", left_out}});
        continue;
      }
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

/// What the files of network.start say and the study says otherwise, once each.
void warn_of_start(const Study& study) {
  std::set<std::string> said;
  for (const auto& point : study.points)
    for (const auto& line : start_contradicted(point.options))
      if (said.insert(line).second) tell(line);
}

}  // namespace

void run_study(Study study, const RunnerSetting& setting) {
  open_study_directory(study, setting.directory);
  const StudySignals signals;
  if (!setting.quiet) warn_of_unconnected_neurons(study);
  if (!setting.quiet) warn_of_start(study);
  if (!setting.quiet)
    for (const auto& line : remarks_on(study)) tell(line);
  if (!setting.quiet)
    for (const auto& each : study.left_out)
      tell(fmt::format("left out: {}: {}", condition_label(each.varied), each.reason));
  if (!setting.quiet)
    for (const auto& point : study.points)
      for (const auto& [tuned, options, reason] : point.candidates)
        if (!reason.empty())
          tell(fmt::format("left out: {}, {}: {}", condition_label(point.varied), condition_label(tuned), reason));
  tune(study, setting);
  std::vector<RunJob> jobs;
  for (long i = 0; i < study.seeds; ++i)  // all conditions of a seed first: a stopped study has whole pairs
    for (std::size_t condition = 0; condition < study.points.size(); ++condition) {
      const auto seed = study.first_seed + static_cast<std::uint64_t>(i);
      const auto& point = study.points[condition];
      jobs.push_back({&point.options, &point.varied, seed, run_path(setting.directory, condition, seed)});
    }
  run_all(study, setting, "runs", jobs);
  tidy(setting.directory, jobs);
}

}  // namespace stillpoint
