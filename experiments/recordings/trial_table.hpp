// The table of trials of a simulated session, and where each of them lies in it.
#pragma once

#include "experiments/recordings/nwb_writer.hpp"
#include "experiments/recordings/simulated_session.hpp"

namespace stillpoint {

/// Times of a trial in the session [s]: its inputs begin at `start`; it is recorded from `from` to `to`.
struct TrialTimes {
  double start_s, stop_s, event_s, from_s, to_s;
};

class TrialTable {
 public:
  /// Of each trial of an experiment that comes next: one second after the other.
  std::vector<TrialTimes> add(const SimulatedTrials& trials);
  Index rows() const { return static_cast<Index>(start_s_.size()); }
  double length_s() const { return stop_s_.empty() ? 0 : stop_s_.back(); }
  /// Without the columns that hold nothing.
  NwbTable table() const;

 private:
  struct Event {
    std::string name, description;
    std::vector<double> times_s;  // NaN: none
  };
  void add_event(const std::string& name, double time_s);

  double clock_ms_ = 1000;
  std::vector<double> start_s_, stop_s_;
  std::vector<long> condition_;
  std::vector<std::string> experiment_, outcome_;
  std::vector<Event> events_ = {
      {"event_time",
       "What times of the experiment count from: at rest the end of a time without stimulus, in trials "
       "of a task the start of its delay, or of the trial where it has none",
       {}},
      {"stimulus_on_time", "Start of the current into neurons or inputs, or of silencing", {}},
      {"stimulus_off_time", "Its end", {}},
      {"block_on_time", "Start of a block of short-term plasticity", {}},
      {"delay_start_time", "Start of the delay of the task", {}},
      {"delay_stop_time", "End of the delay of the task", {}}};
};

}  // namespace stillpoint
