#include "experiments/study/run_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "experiments/runs/signals.hpp"

namespace stillpoint {

namespace fs = std::filesystem;

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

std::optional<RunTime> run_time(const std::string& path) {
  const auto taken = time_taken(path);
  if (!taken) return std::nullopt;
  return RunTime{static_cast<double>(taken->updates), taken->training, std::max(0.0, taken->wall - taken->training)};
}

PlannedRun planned(const RunJob& job, std::size_t kind) {
  const auto unfinished = run_time(unfinished_path(job.path));
  const auto begun = unfinished ? unfinished : run_time(job.path);
  const auto& options = *job.options;
  // The evaluation only runs forward, which is taken to be half of an update's work.
  const double evaluation = evaluation_trials / 2.0 / static_cast<double>(options.integer("training.batch"));
  return {kind, static_cast<double>(options.integer("training.updates")), begun ? begun->updates : 0, evaluation,
          options.flag("training.stop_at_criterion")};
}

std::optional<RunQueue::Item> RunQueue::next() {
  // Longer than a claim is watched before it is taken over.
  const auto leaves_at = std::chrono::steady_clock::now() + taken_over_after + 2 * renewed_every;
  while (true) {
    {
      const std::lock_guard<std::mutex> held(mutex_);
      if (auto item = look()) return item;
      if (left_.empty() || stopped()) return std::nullopt;
      if (leaves_ && std::chrono::steady_clock::now() > leaves_at) return std::nullopt;
      progress_.wait_for_others(left_.size());
    }
    for (int i = 0; i < 10 && !stopped(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (stopped()) return std::nullopt;
  }
}

void RunQueue::put_back(const RunJob& job) {
  const std::lock_guard<std::mutex> held(mutex_);
  progress_.put_back(job.place);
  left_.push_back(job);
}

bool RunQueue::stopped() const { return all_.given_up || StudySignals::stopped_by() != 0; }

std::optional<RunQueue::Item> RunQueue::look() {
  for (auto job = left_.begin(); job != left_.end() && !stopped();) {
    // Looked at again once it is claimed: its owner may have finished it just before.
    bool done = finished(study_, *job).has_value();
    auto claim = done ? nullptr : claims_.take(job->path);
    done = done || (claim && finished(study_, *job));
    if (done) progress_.finished_elsewhere(job->place, run_time(job->path));
    if (!done && !claim) {
      progress_.elsewhere(job->place);
      ++job;
      continue;
    }
    Item item{*job, std::move(claim)};
    job = left_.erase(job);
    if (!done) return item;
  }
  return std::nullopt;
}

}  // namespace stillpoint
