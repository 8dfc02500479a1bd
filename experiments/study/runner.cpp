#include "experiments/study/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "experiments/options/message.hpp"
#include "experiments/options/start_file.hpp"
#include "experiments/results/atomic_file.hpp"
#include "experiments/results/condition_label.hpp"
#include "experiments/runs/all_runs.hpp"
#include "experiments/runs/memory_limit.hpp"
#include "experiments/runs/signals.hpp"
#include "experiments/runs/threads.hpp"
#include "experiments/study/effects.hpp"
#include "experiments/study/run_queue.hpp"
#include "experiments/study/study_directory.hpp"
#include "experiments/study/study_jobs.hpp"
#include "experiments/study/tuning.hpp"
#include "sim/initial_weights.hpp"

namespace stillpoint {

namespace {

namespace fs = std::filesystem;
using json = nlohmann::json;

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

/// Beside the run, for `stillpoint status`, until it is gone on with.
void note_failure(const RunJob& job, const std::string& problem) {
  try {
    write_atomically(failed_path(job.path), problem + "\n");
  } catch (const UserError&) {  // it is said at the end as well
  }
}

/// Runs what is not finished yet, on a thread pool. The number of runs that are left to other processes: 0 unless
/// `leaves` (RunQueue). Throws StudyStopped when a signal asks to stop.
std::size_t run_all(const Study& study, const RunnerSetting& setting, const std::string& what,
                    const std::vector<RunJob>& all, bool leaves) {
  std::deque<RunJob> jobs;
  std::map<ProgramFacts, long> programs;
  std::map<const Options*, std::size_t> kinds;
  std::vector<PlannedRun> plans;
  std::vector<const RunJob*> before;
  for (const auto& job : all) {
    const auto run = finished(study, job);
    ++programs[run ? run->program : this_program_facts()];
    const auto kind = kinds.emplace(job.options, kinds.size()).first->second;
    if (run) {
      before.push_back(&job);
      continue;
    }
    jobs.push_back(job);
    jobs.back().place = plans.size();
    plans.push_back(planned(job, kind));
  }
  if (const auto line = mixed_programs_line(programs); !line.empty()) tell(line);
  if (!setting.quiet && jobs.size() < all.size())
    tell(fmt::format("{} of {} {} are already finished", all.size() - jobs.size(), all.size(), what));
  if (jobs.empty()) return 0;

  std::vector<const Options*> options;
  for (const auto& job : jobs) options.push_back(job.options);
  const bool by_itself = setting.threads_per_run == 0;
  // Where addresses are limited, what more threads reserve would be missing to the runs that are let in.
  const bool limited = usable_memory(2) < usable_memory(1);
  const int per_run = !by_itself ? setting.threads_per_run : limited ? 1 : usable_processors();
  const int wanted = setting.jobs > 0 || by_itself ? setting.jobs : std::max(1, usable_processors() / per_run);
  const int at_a_time = runs_at_a_time(wanted, options);
  const auto workers = std::min(jobs.size(), static_cast<std::size_t>(at_a_time));
  Progress progress(std::move(plans), static_cast<int>(workers), what, setting.quiet);
  if (!setting.quiet)
    for (const auto* job : before)
      if (const auto took = run_time(job->path)) progress.known(kinds.at(job->options), *took);
  AllRuns together;
  Refusals refused;
  RunQueue queue(study, std::move(jobs), progress, together, leaves);
  for_each_on_threads(
      static_cast<int>(workers), std::vector<int>(workers),
      [&](int) {
        const RunThreads share(per_run);
        try {
          while (auto item = queue.next()) {
            try {
              const bool done = run_job(study.name, item->job, *item->claim, progress, together);
              if (!done && item->claim->lost()) queue.put_back(item->job);
              std::error_code ignored;
              fs::remove(failed_path(item->job.path), ignored);
            } catch (const CannotGoOn& problem) {
              refused.add(problem.what());
              note_failure(item->job, problem.what());
              progress.given_up(item->job.place);
            }
          }
        } catch (...) {
          together.given_up = true;
          throw;
        }
      },
      [&] { together.given_up = true; });
  together.warnings.print_counts(what);
  refused.raise();
  if (StudySignals::stopped_by() != 0) throw StudyStopped{StudySignals::stopped_by()};
  return queue.left();
}

/// After the last run: what processes that died have left.
void tidy(const std::string& directory, const std::vector<RunJob>& jobs) {
  for (const auto& job : jobs) {
    Claims::tidy(job.path);
    // Its owner died between the two; what has more updates is kept of a larger budget.
    std::error_code ignored;
    fs::remove(failed_path(job.path), ignored);
    const auto unfinished = unfinished_path(job.path);
    if (!fs::exists(unfinished)) continue;
    const auto kept = time_taken(unfinished);
    if (kept && kept->updates <= job.options->integer("training.updates")) fs::remove(unfinished, ignored);
  }
  for (const char* name : {"study.json.", "tuning.json.", "runs.index."}) remove_partials(directory, name);
  remove_partials((fs::path(directory) / "planned").string(), "");
}

/// Runs the candidates of every condition and takes the best; scores and choice are kept in DIR/tuning.json.
void tune(Study& study, const RunnerSetting& setting) {
  const auto jobs = tuning_jobs(study, setting.directory);
  if (jobs.empty()) return;
  if (!setting.quiet) tell(fmt::format("tuning: {} runs", jobs.size()));
  run_all(study, setting, "tuning runs", jobs, false);  // the study's own runs wait for the last of them
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
                                                     study.first_tuning_seed + static_cast<std::uint64_t>(i)))
                           .record);
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
  for (std::size_t condition = 0; condition < study.points.size(); ++condition) {
    const auto& point = study.points[condition];
    const auto& options = point.options;
    if (!options.knows("network.density") || options.text("network.start") != "none" ||
        (options.number("network.density") == 1 && options.integer("network.modules") == 1))
      continue;
    const auto unconnected = neurons_without_input(make_network(options, 1, 1, study.first_seed));
    if (unconnected.empty()) continue;
    tell(fmt::format("warning: {} of {} neurons have no recurrent input in seed {} of {}; raise network.density",
                     unconnected.size(), options.integer("network.size"), study.first_seed,
                     numbered_label(condition, point.varied)));
    return;
  }
}

/// What a file of network.start says and the study says otherwise, once for each option, and of how many files.
void warn_of_start(const Study& study) {
  std::map<std::string, std::set<std::string>> said;  // lines by the option that they begin with
  for (const auto& point : study.points)
    for (const auto& line : start_contradicted(point.options)) {
      auto& alike = said[line.substr(0, line.find(' '))];
      if (alike.insert(line).second && alike.size() == 1) tell(line);
    }
  for (const auto& [option, lines] : said)
    if (lines.size() > 1) tell(fmt::format("{}: likewise for {} more of network.start", option, lines.size() - 1));
}

}  // namespace

void tell_remarks(const Study& study, bool quiet) {
  warn_of_unconnected_neurons(study);
  if (!quiet) warn_of_start(study);
  for (const auto& line : remarks_on(study))
    if (!quiet || line.rfind("warning: ", 0) == 0) tell(line);
  if (!quiet)
    for (const auto& each : study.left_out)
      tell(fmt::format("left out: {}: {}", condition_label(each.varied), each.reason));
  if (!quiet)
    for (std::size_t condition = 0; condition < study.points.size(); ++condition)
      for (const auto& [tuned, options, reason] : study.points[condition].candidates)
        if (!reason.empty())
          tell(fmt::format("left out: {}, {}: {}", numbered_label(condition, study.points[condition].varied),
                           condition_label(tuned), reason));
}

std::size_t run_study(Study study, const RunnerSetting& setting) {
  open_study_directory(study, setting.directory);
  tell_remarks(study, setting.quiet);
  tune(study, setting);
  const auto jobs = study_jobs(study, setting.directory);
  const auto left = run_all(study, setting, "runs", jobs, setting.leaves);
  if (left == 0) tidy(setting.directory, jobs);
  return left;
}

}  // namespace stillpoint
