// When did a network reorganise? Events in a path of descriptors, one vector per checkpoint, that no control shows; and
// how long before the drop of the loss the last of them was.
//
// The increment delta_k of descriptor k from one checkpoint to the next, and delta_k / s per distance s that the
// weights moved, are compared with those of random walks of the same step sizes, of means m_k, m'_k and deviations
// sigma_k, sigma'_k; then with what they reach in training or walking that restructures nothing, the controls, c_k
// being the median over control paths of the largest z_k:
//
//   z_k = min( |delta_k - m_k| / sigma_k, |delta_k / s - m'_k| / sigma'_k ),     score = max_k z_k / max(c_k, 1)
//
// The smaller of the two, because a long step changes much and a short one much per distance without restructuring;
// c_k, so that no descriptor counts more because controls move it more. How large a score has to be is not taken from a
// law but from the largest score of each control path; with n of them
//
//   p = (1 + control paths whose largest score is at least this one) / (n + 1)
//
// is valid for a whole path at once where it is exchangeable with its controls (a Monte Carlo test: Phipson & Smyth
// 2010, doi:10.2202/1544-6115.1585). Of several populations of controls the largest p counts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

struct DescriptorPath {
  Matrix<double> value;  // d x T, one column per checkpoint
  Vector<double> step;   // T - 1, distance that the weights moved between checkpoints, >= 0
};

/// Mean and standard deviation of all walks' increments (d x 2: as they are, per distance). Descriptors that never vary
/// there have deviation 0 and are left out of the score.
struct WalkScale {
  Matrix<double> mean, deviation;
};
/// Throws UserError for values that are not finite, unequal numbers of descriptors, fewer than two increments, and
/// where all descriptors are constant.
WalkScale walk_scale(const std::vector<DescriptorPath>& walks);

/// z, d x (T - 1).
Matrix<double> standardised(const DescriptorPath& path, const WalkScale& scale);
/// The same of the walks themselves, each by the scale of the others.
std::vector<Matrix<double>> standardised_walks(const std::vector<DescriptorPath>& walks);

/// Paths on which nothing reorganises.
struct ControlPopulation {
  Vector<double> unit;          // d: max(c_k, 1)
  std::vector<double> largest;  // score of each path, by the unit of the others, as that of a new path is
};
/// z: of each path, d x its increments. Throws UserError for fewer than two.
ControlPopulation control_population(const std::vector<Matrix<double>>& z);

/// Neighbouring increments are one event.
struct RestructuringEvent {
  Index low, at;                  // it began after checkpoint `low` and was seen at `at`, the next one
  Index peak;                     // first checkpoint after its largest increment
  Index high;                     // it was over at `high`
  double p;                       // of its largest increment, for the whole path
  std::vector<Index> carried_by;  // descriptors that alone have such a p at its peak, the strongest first
};

/// z: standardised path. An increment is an event where p <= false_positive_rate. Throws UserError where there is no
/// population, or one with fewer than 1 / false_positive_rate - 1 paths: no p could be so small.
std::vector<RestructuringEvent> find_restructuring(const Matrix<double>& z,
                                                   const std::vector<ControlPopulation>& controls,
                                                   double false_positive_rate = 0.05);

/// So many controls can make a p as small as the rate; 2 at least.
Index controls_needed(double false_positive_rate);

struct Count {
  Index value, of;
};
/// Of the paths of one half of a population those that have an event by the other half, both ways; of = 0 where halves
/// are too small for an event at this rate.
Count false_positives(const std::vector<Matrix<double>>& z, double false_positive_rate = 0.05);

/// From the last event that was seen at or before the drop's position to the drop [updates]; absent without one. Its
/// ends allow for the drop's interval and for the spacing of the checkpoints, so `low` may be below 0. update: of each
/// checkpoint.
std::optional<IntervalEstimate> lead_time(const std::vector<RestructuringEvent>& events,
                                          const std::vector<double>& update, const IntervalEstimate& drop);

struct EventTimes {
  std::vector<double> events;  // updates
  double first, last;          // updates of the run's first and last checkpoint
  double drop;                 // update
};

struct LeadTest {
  double median;  // over runs, of drop minus last event before it; infinite for a run without one
  double null_median, null_low, null_high;  // of that median under the null: its median and 95 % range
  double p;                                 // share of resamples, the data counted in, whose median is as small
  Index with_event;                         // runs that have an event before their drop
  double null_with_event;                   // under the null, mean
  double p_with_event;                      // share of resamples with as many
  Index longer;  // runs whose lead is longer than the median of their own resamples; without an event: not longer
};

/// Is the last event closer to the drop than by chance? Null: drops of the same condition belong to any of its runs.
/// Throws UserError for fewer than 2 runs, and for runs that end before they begin.
LeadTest permute_drops(const std::vector<EventTimes>& runs, std::uint64_t seed, Index resamples = 9999);
/// Null: all events of a run are moved by one random distance, round a circle from its last checkpoint to its first.
LeadTest shift_events(const std::vector<EventTimes>& runs, std::uint64_t seed, Index resamples = 9999);

}  // namespace stillpoint
