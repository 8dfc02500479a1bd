// What runs warn of while a study is trained: the first run of each kind at once and in full, all of them in one line
// per kind at the end.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "experiments/results/records.hpp"
#include "experiments/runs/run_job.hpp"
#include "plasticity/trainer.hpp"

namespace stillpoint {

/// From any thread.
class RunWarnings {
 public:
  /// Each looks whether there is reason to warn.
  void unmatched(const RunJob& job, const Match& match);
  void stability(const RunJob& job, const LearningCurve& curve);
  void set_point(const RunJob& job);
  void not_kept(const RunJob& job, const std::string& problem);

  /// Of kinds that more than one run had. runs: "runs", "tuning runs"
  void print_counts(const std::string& runs) const;

 private:
  struct Conditions {
    std::map<std::size_t, std::string> labels;
    std::map<std::size_t, std::set<std::string>> runs;  // by their files: a run may have the same trouble again
  };
  void add(const std::string& kind, const RunJob& job, const std::string& what);

  mutable std::mutex mutex_;
  std::map<std::string, Conditions> kinds_;
};

}  // namespace stillpoint
