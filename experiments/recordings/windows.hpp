// Bins about events, what is counted in them, and what of them was observed. Nothing here knows of files.
#pragma once

#include <vector>

#include "analysis/activity/session.hpp"
#include "experiments/recordings/recording.hpp"

namespace stillpoint {

/// Ends of intervals that are meant to touch are written with rounding errors.
constexpr double same_time_s = 1e-6;

/// The bins of a window in whole: edges of bin i are at event_s + (from_ms + i bin_ms) / 1000, the first belongs to
/// it, the
/// second does not.
struct BinsAbout {
  double from_ms, bin_ms;
  Index count;

  double edge_s(double event_s, Index i) const { return event_s + (from_ms + bin_ms * static_cast<double>(i)) / 1000; }
  TimeInterval span(double event_s) const { return {edge_s(event_s, 0), edge_s(event_s, count)}; }
};
/// Throws ParameterError "window" where it holds no bin.
BinsAbout bins_about(const Window& window, double bin_ms);

/// Spikes of one unit in the bins about each event, bins x events; times rise.
Matrix<double> counts_about(const std::vector<double>& times_s, const std::vector<double>& events_s,
                            const BinsAbout& bins);
/// Means of samples in the bins, channels x bins; NaN where a bin has none, or one that is NaN.
Matrix<double> means_about(const SeriesPart& part, double event_s, const BinsAbout& bins);

/// Units and trials such that every unit is observed in every trial: again and again the unit or the trial is left out
/// whose share of unobserved trials or units is the largest, of equal ones the trial.
struct ObservedPart {
  std::vector<Index> units, trials;
};
using Truths = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>;
ObservedPart observed_part(const Truths& unobserved);  // units x trials
/// Whether the whole of `span` lies in intervals that rise and are disjoint; they may touch.
bool is_within(const TimeInterval& span, const std::vector<TimeInterval>& intervals);

}  // namespace stillpoint
