// Trials that someone wrote to a file (docs/file-formats.md says what must be in it).
#pragma once

#include <optional>
#include <string>

#include "sim/trial.hpp"

namespace stillpoint {

struct StoredTrials {
  TrialSet<double> trials;      // in the file's order; without targets and mask where the file has none
  std::optional<double> dt_ms;  // the step they were made for, where the file says so
  bool graded() const { return trials.targets.rows() > 0; }
};

/// Of HDF5 any number of trials, of CSV (a name in .csv) the inputs of one: a line per step, a column per channel, one
/// line of names above them or none. Throws UserError where the file is not that.
StoredTrials read_trials(const std::string& path);

/// Throws UserError, "PLACEmask: ..", unless every trial is graded somewhere, by 0 or 1, within its length, against
/// targets that its measure can judge.
void check_grading(const TrialSet<double>& trials, const std::string& place = "");
/// Nothing is beyond the length of a trial.
void clear_padding(TrialSet<double>& trials);

}  // namespace stillpoint
