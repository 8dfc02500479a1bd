// Counts of units that are read one after the other, in trials that have all units side by side.
#pragma once

#include <vector>

#include "analysis/activity/session.hpp"
#include "experiments/recordings/windows.hpp"

namespace stillpoint {

/// Writes them to the trials some units at a time: one at a time would fetch each line of a trial's matrix again and
/// again.
class UnitCounts {
 public:
  /// Trials of the session: one for each event, of as many bins.
  UnitCounts(Session& session, const std::vector<double>& events_s, const BinsAbout& bins);
  /// Some of a unit's spikes, rising; units come in order.
  void add(Index unit, const double* first_s, const double* last_s);
  /// Whatever is left, units without spikes among it.
  void finish();

 private:
  void write();

  Session& session_;
  AboutEvents events_;
  Matrix<std::uint32_t> counts_;  // bins of event after event, units
  Index begin_ = 0;               // the first of these units
};

}  // namespace stillpoint
