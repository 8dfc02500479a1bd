// When the event of each trial was, as labs keep it: in a column of the trials on the recording's clock, in one that
// counts from the start of the trial, or in a series of events of its own (BehavioralEvents).
#pragma once

#include <string>
#include <vector>

#include "experiments/recordings/recording.hpp"

namespace stillpoint {

struct TrialEvents {
  std::vector<double> times_s;     // of every row of the trials; NaN where there was none
  std::vector<std::string> notes;  // what was chosen among several
};

/// align: "COLUMN", "COLUMN+COLUMN" (their sum: "start_time+CueTime"), or a series by path or last name, of whose times
/// the last within the trial is taken. Throws UserError "--align ..", naming those there are.
TrialEvents events_of(const Recording& recording, const std::string& align);

}  // namespace stillpoint
