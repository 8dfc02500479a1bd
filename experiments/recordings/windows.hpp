// Bins about events, what is counted in them, and what of them was observed. Nothing here knows of files.
#pragma once

#include <algorithm>
#include <cstdint>
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

  double edge_s(Index i) const { return (from_ms + bin_ms * static_cast<double>(i)) / 1000; }
  double edge_s(double event_s, Index i) const { return event_s + edge_s(i); }
  TimeInterval span(double event_s) const { return {edge_s(event_s, 0), edge_s(event_s, count)}; }
};
/// Throws ParameterError "window" where it holds no bin.
BinsAbout bins_about(const Window& window, double bin_ms);

/// Finds what is about events, which need not be in order, of spikes of one unit that rise, all of them or part after
/// part.
class AboutEvents {
 public:
  struct Event {
    double at_s, from_s, to_s;  // of its window
    Index number;               // in the order given
  };
  AboutEvents(const std::vector<double>& events_s, const BinsAbout& bins);

  Index events() const { return static_cast<Index>(events_.size()); }
  Index bins() const { return static_cast<Index>(edges_s_.size()) - 1; }
  /// Adds to counts[number * bins + bin].
  void count(const double* first_s, const double* last_s, std::uint32_t* counts) const;
  /// Calls about(event, first, last) with the spikes in the window of each event that has some.
  template <class About>
  void visit(const double* first_s, const double* last_s, About&& about) const {
    if (first_s == last_s) return;
    const auto begins = [](const Event& event, double time_s) { return event.to_s <= time_s; };
    auto from = first_s;
    for (auto event = std::lower_bound(events_.begin(), events_.end(), *first_s, begins); event != events_.end();
         ++event) {
      while (from != last_s && *from < event->from_s) ++from;
      if (from == last_s) return;
      auto to = from;
      while (to != last_s && *to < event->to_s) ++to;
      if (to != from) about(*event, from, to);
    }
  }

 private:
  std::vector<Event> events_;    // by time
  std::vector<double> edges_s_;  // of bins, from the event
  double per_second_;            // bins
};
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
