// How long runs still take, judged by what runs of the same kind took. It knows no clock: seconds are handed in,
// counted from any moment on.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace stillpoint {

/// A run as it is planned.
struct PlannedRun {
  std::size_t kind;             // runs of one kind are taken to cost the same: a condition, or a candidate of one
  double updates;               // its budget
  double done = 0;              // of them, in an earlier process
  double evaluation = 0;        // what its end costs, in updates, until one of its kind has ended
  bool may_stop_early = false;  // before its budget, without having failed
};

/// What a run took that this process did not train. [s]
struct RunTime {
  double updates, training, beside;  // beside training: the search for a matched control
};

class TimeLeft {
 public:
  /// Runs in the order in which they are taken; workers: of this process.
  TimeLeft(std::vector<PlannedRun> runs, std::size_t workers);

  /// Of a run by its place. What precedes its updates, such as the search for a matched control, ends with `prepared`.
  void begin(std::size_t run, double now);
  void prepared(std::size_t run, double updates_done_before, double now);
  void updated(std::size_t run, double now);
  void finished(std::size_t run, double now);
  /// Another process has taken it from this one, or it cannot be gone on with.
  void put_back(std::size_t run);
  void given_up(std::size_t run);
  /// Another process works on it; has finished it.
  void elsewhere(std::size_t run, double now);
  void finished_elsewhere(std::size_t run, const std::optional<RunTime>& took);
  /// What a run of this kind took before this process began.
  void known(std::size_t kind, const RunTime& took);

  /// From 0 to 1, by updates.
  double share_done() const;
  /// Seconds until the last run is finished: each kind at its own cost, the search for controls and the evaluation at
  /// the end of a run counted, shared among the workers of this process and one for each run that another process has
  /// in work.
  ///
  /// Nothing until there is ground: of every kind with runs left one run has ended, or (where its end is known
  /// beforehand) its runs have trained, after their first ten updates, for 5 seconds and a twentieth of a budget.
  std::optional<double> seconds(double now) const;

 private:
  enum class State { waiting, elsewhere, preparing, training, over };
  struct Run {
    PlannedRun plan;
    State state = State::waiting;
    double done = 0;   // updates, by whomever
    double here = 0;   // of them, by this process
    double since = 0;  // when it began, its updates began, or its last update ended
    double seen = 0;   // when it was last seen in work elsewhere
  };
  struct Kind {
    double preparing = 0, settling = 0, training = 0, ending = 0;  // seconds; settling: the first updates of a run
    double prepared = 0, settled = 0, updates = 0, ended = 0;      // how many took them
    std::vector<double> lengths;                                   // updates of runs that ended, anywhere
    RunTime others{0, 0, 0};                                       // sums over runs that other processes trained
    double counted = 0;                                            // how many those are
  };
  struct Cost {
    double preparing, update, ending;
  };
  std::optional<Cost> cost(const PlannedRun& plan) const;
  double left_of(const Run& run, const Cost& cost, double now) const;
  void end(Run& run);

  std::vector<Run> runs_;
  std::vector<Kind> kinds_;
  std::size_t workers_;
};

}  // namespace stillpoint
