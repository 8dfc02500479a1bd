// Trials of a recording, aligned to an event: what the estimators of analysis/activity take. Spikes are counted unit by
// unit, samples read trial by trial, so that no more than the counts is in memory.
#pragma once

#include <string>
#include <vector>

#include "analysis/activity/session.hpp"
#include "experiments/recordings/selection.hpp"
#include "experiments/recordings/windows.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

/// No trial of those that are asked for can be used; of others some may be.
struct UnusableTrials : UserError {
  using UserError::UserError;
};
/// Throws UserError, naming what --trials could take, where there are none.
void require_trials(const Recording& recording);

/// Values of a column of trials, over all recordings: condition i of every session is the i-th.
struct Conditions {
  std::string column;              // "" where there is one condition
  std::vector<std::string> names;  // "all" there
};
/// Throws UserError where the column has no values, or more than can be conditions.
Conditions conditions_of(const std::vector<Recording>& recordings, const Selection& selection);

struct Aligned {
  Session session;
  Signal signal = Signal::spikes;
  std::string unit = "Hz";            // of rates, or of the series' values
  std::vector<Index> units, trials;   // rows of their tables, or channels
  std::vector<double> events_s = {};  // of the trials
  Index all_units = 0, all_trials = 0;
  std::vector<std::string> notes = {};  // what was left out and why, and what to keep in mind
};
/// Trials without an event or a condition, or whose window meets invalid_times, are left out; then units and trials as
/// observed_part says. Throws UnusableTrials where none is left, UserError where they do not fit into memory.
Aligned aligned(const Recording& recording, const Selection& selection, const Conditions& conditions);

}  // namespace stillpoint
