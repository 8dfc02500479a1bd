// The runs of a study that are not finished, handed out one at a time; other processes may be working on them as well.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "experiments/results/begun_run.hpp"
#include "experiments/runs/all_runs.hpp"
#include "experiments/study/study.hpp"

namespace stillpoint {

/// The run's file where it has the whole budget: nothing is left to do. Throws UserError where it is of another study,
/// or cannot be gone on with.
std::optional<FinishedRun> finished(const Study& study, const RunJob& job);

/// What the run at `path`, or what was kept of it, took.
std::optional<RunTime> run_time(const std::string& path);

/// The run before this process takes it. kind: that of all runs of its options.
PlannedRun planned(const RunJob& job, std::size_t kind);

class RunQueue {
 public:
  /// leaves: `next` gives nothing as well once there was nothing to take for so long that every owner was seen alive.
  RunQueue(const Study& study, std::deque<RunJob> jobs, Progress& progress, const AllRuns& all, bool leaves)
      : study_(study), left_(std::move(jobs)), progress_(progress), all_(all), leaves_(leaves) {}

  struct Item {
    RunJob job;
    std::unique_ptr<Claim> claim;
  };
  /// The next run that nobody works on, claimed; waits while others have all that are left, and gives nothing when none
  /// is left or the study is to stop.
  std::optional<Item> next();
  /// After a run that was not finished: another process has it.
  void put_back(const RunJob& job);
  /// How many were neither handed out nor seen to be finished.
  std::size_t left() const { return left_.size(); }

 private:
  bool stopped() const;
  std::optional<Item> look();

  const Study& study_;
  std::mutex mutex_;
  std::deque<RunJob> left_;
  Progress& progress_;
  const AllRuns& all_;
  bool leaves_;
  Claims claims_;
};

}  // namespace stillpoint
