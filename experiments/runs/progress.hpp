// Progress of a study on standard error: a bar with the time left on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

namespace stillpoint {

class Progress {
 public:
  /// total: units of work (updates) of the runs still to do; quiet prints nothing.
  Progress(std::size_t runs, std::size_t total, bool quiet);
  ~Progress();
  /// From any thread.
  void add(std::size_t units);
  void run_finished(std::size_t units_skipped);
  /// Units that were done before.
  void leave_out(std::size_t units);
  /// Other processes work on all the runs that are left.
  void wait_for_others(std::size_t runs);

 private:
  void show(bool finished_run);
  using Clock = std::chrono::steady_clock;
  std::mutex mutex_;
  std::size_t runs_, total_, done_ = 0, runs_done_ = 0;
  bool quiet_, terminal_, waits_ = false;
  Clock::time_point start_ = Clock::now(), shown_{};
};

/// "48 s", "3 min 20 s", "2 h 5 min"
std::string duration_text(double seconds);

}  // namespace stillpoint
