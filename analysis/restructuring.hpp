// When did a network reorganise? Events in a path of descriptors, one vector per checkpoint, against a control that
// moves as far through weight space without learning; and how long before the drop of the loss the last of them was.
//
// The increment delta of the path between two checkpoints is compared with the M increments of the control paths, of
// mean m and covariance S:
//
//   T^2 = M / (M + 1) (delta - m)' S^-1 (delta - m),     (M - d) / (d (M - 1)) T^2 ~ F(d, M - d)
//
// exactly, where increments are independent and normal (Hotelling 1931, doi:10.1214/aoms/1177732979). An increment is
// an event where its p times the number of increments is at most the stated rate (Bonferroni). Increments with heavier
// tails than normal ones give more false events than stated.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/autoregression.hpp"

namespace stillpoint {

struct RestructuringEvent {
  Index at;         // first checkpoint after the largest increment of the event
  Index low, high;  // it began after checkpoint `low` and was over at `high`; neighbouring increments are one event
  double p;         // of its largest increment, times the number of increments of the path
  std::vector<Index> carried_by;  // descriptors beyond t of M - 1 degrees of freedom at false_positive_rate / d, the
                                  // strongest first; never empty: at least the strongest
};

/// path: d descriptors x T checkpoints, T >= 2. control: paths of the same descriptors under a matched random walk,
/// with the same spacing of checkpoints. false_positive_rate: chance of any event in a path that is like the control.
/// Throws UserError for values that are not finite, unequal numbers of descriptors, fewer than d + 2 increments of the
/// control, and descriptors that are constant or dependent in it.
std::vector<RestructuringEvent> find_restructuring(const Matrix<double>& path,
                                                   const std::vector<Matrix<double>>& control,
                                                   double false_positive_rate = 0.05);

/// From the last event at or before the drop's position to the drop [updates]; absent without one. Its ends allow for
/// the drop's interval and for the spacing of the checkpoints, so `low` may be below 0. update: of each checkpoint.
std::optional<Located> lead_time(const std::vector<RestructuringEvent>& events, const std::vector<double>& update,
                                 const Located& drop);

struct EventTimes {
  std::vector<double> events;  // updates
  double first, last;          // updates of the run's first and last checkpoint
  double drop;                 // update
};

struct LeadTest {
  double median;     // over runs, of drop minus last event before it; infinite for a run without one
  double p;          // share of resamples, the data counted in, whose median is as small
  Index with_event;  // runs that have an event before their drop
};

/// Is the last event closer to the drop than by chance? Null: drops of the same condition belong to any of its runs.
/// Throws UserError for fewer than 2 runs, and for runs that end before they begin.
LeadTest permute_drops(const std::vector<EventTimes>& runs, std::uint64_t seed, Index resamples = 9999);
/// Null: all events of a run are moved by one random distance, round a circle from its last checkpoint to its first.
LeadTest shift_events(const std::vector<EventTimes>& runs, std::uint64_t seed, Index resamples = 9999);

}  // namespace stillpoint
