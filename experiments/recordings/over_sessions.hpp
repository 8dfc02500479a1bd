// Statistics and curves over sessions and animals, with intervals and what those are of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/intervals.hpp"
#include "experiments/recordings/scaled_statistic.hpp"

namespace stillpoint {

/// A statistic over sessions. The interval is of `level`: what would be drawn anew if the study was done again.
struct ObservedValue {
  std::optional<Estimate> value;  // as it is shown
  std::string level;              // "trials", "sessions", "animals"; "" without an interval
  Index count = 0;                // of those
  std::string absent;             // why there is no value or no interval
};
/// Mean over sessions where it is defined, of animals over the means of theirs, on the statistic's scale. The
/// interval is
/// of animals where there are three or more (of sessions, where no animals are named); else of sessions within these
/// animals, where there are three or more, and two of each; else of trials within these sessions. From six animals
/// on it
/// is of a studentised bootstrap, below Student's t. Sessions within an animal, and trials within a session, are not
/// drawn anew beside
/// them: their noise is in the means already, and would count twice (Davison & Hinkley 1997, section 3.8).
///
/// It is cut at the ends of what the statistic can be, which loses no coverage. There is none where nothing varies about
/// such an end: all trials decoded says nothing of how many will not be.
ObservedValue combined(Scale scale, const std::vector<ScaledStatistic>& sessions,
                       const std::vector<std::string>& animals, const Interval& range = any_value);

/// Mean over sessions with a pointwise interval: Student's over sessions, of one session its own, of trials.
struct Curve {
  Vector<double> mean;         // empty where no session has it
  std::vector<Interval> band;  // empty where there is none
  std::string level = "";
};

Curve mean_curve(const std::vector<const Vector<double>*>& sessions, const std::vector<Interval>* own);

}  // namespace stillpoint
