// Progress of a study on standard error: a bar with the time left on a terminal, plain lines elsewhere. Of the time
// left nothing is said before there is ground (experiments/runs/time_left.hpp). Or shown to who watches.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "experiments/runs/time_left.hpp"

namespace stillpoint {

/// How far the work is: runs that are done, of so many, and the share of all their updates.
struct ProgressSeen {
  std::string what;
  std::size_t done, runs;
  double share;
};
/// While one lives, it sees the progress of what this thread begins, and nothing is printed of it. Called from any
/// thread, but not from two at once.
class ProgressWatch {
 public:
  using See = std::function<void(const ProgressSeen&)>;
  explicit ProgressWatch(See see);
  ~ProgressWatch();
  ProgressWatch(const ProgressWatch&) = delete;
  ProgressWatch& operator=(const ProgressWatch&) = delete;

 private:
  friend class Progress;
  See see_;
  const ProgressWatch* outer_;
};

/// From any thread. A run is named by its place among those that are planned.
class Progress {
 public:
  /// what: "runs", or "tuning runs", after which the study goes on; workers: runs at a time; quiet prints nothing.
  Progress(std::vector<PlannedRun> runs, int workers, std::string what, bool quiet);
  ~Progress();

  void begin(std::size_t run);
  void prepared(std::size_t run, std::size_t updates_done_before);
  void updated(std::size_t run);
  void finished(std::size_t run);
  void put_back(std::size_t run);
  void given_up(std::size_t run);
  void elsewhere(std::size_t run);
  void finished_elsewhere(std::size_t run, const std::optional<RunTime>& took);
  void known(std::size_t kind, const RunTime& took);
  /// Other processes work on all the runs that are left.
  void wait_for_others(std::size_t runs);

 private:
  using Clock = std::chrono::steady_clock;
  double now() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  void one_more();
  void show();

  std::mutex mutex_;
  std::size_t runs_, runs_done_ = 0;
  TimeLeft left_;
  std::string what_;
  const ProgressWatch* watch_;
  bool quiet_, terminal_, waits_ = false;
  Clock::time_point start_ = Clock::now(), shown_{};
};

/// Work in pieces that have no updates and cost about the same, each shown from its construction to its end.
std::vector<PlannedRun> pieces_of_work(std::size_t count);
class PieceOfWork {
 public:
  PieceOfWork(Progress& progress, std::size_t place) : progress_(progress), place_(place) {
    progress.begin(place);
    progress.prepared(place, 0);
  }
  ~PieceOfWork() { progress_.finished(place_); }
  PieceOfWork(const PieceOfWork&) = delete;
  PieceOfWork& operator=(const PieceOfWork&) = delete;

 private:
  Progress& progress_;
  std::size_t place_;
};

/// "48 s", "3 min 20 s", "2 h 5 min"
std::string duration_text(double seconds);

}  // namespace stillpoint
