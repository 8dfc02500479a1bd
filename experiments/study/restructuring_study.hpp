// Restructuring events of all runs of a study: descriptors at their checkpoints, controls, events, and how long before
// the drop of the loss the last of them was.
#pragma once

#include "analysis/learning/learning_phases.hpp"
#include "analysis/restructuring/restructuring.hpp"
#include "analysis/statistics/intervals.hpp"
#include "analysis/statistics/survival.hpp"
#include "experiments/results/records.hpp"

namespace stillpoint {

struct RestructuringSetting {
  Index trials = 32;                  // of the task, that networks are probed with
  Index walks = 0;                    // random walks per run; 0: as few as give each condition 1 / rate - 1 of them
  double false_positive_rate = 0.05;  // of any event in a run
  std::vector<Index> descriptors;     // rows of descriptor_names() that count; empty: all
  int jobs = 0;                       // threads; 0: one per processor
  bool quiet = false;
  /// Nothing is measured: what is kept of runs that can be read is judged, with as many walks as it has; UserError where
  /// there is none of it.
  bool kept_only = false;
};

struct RunRestructuring {
  static constexpr const char* is_not_kept = "not measured yet";  // a problem, of kept_only
  std::uint64_t seed;
  std::string problem;  // not measured: why
  LearningPhases::Verdict verdict = LearningPhases::Verdict::none;
  std::optional<IntervalEstimate> drop;  // its onset: the last update before the ramp
  std::vector<double> update;
  std::vector<RestructuringEvent> events;
  std::optional<IntervalEstimate> lead;  // of the last event before the drop
};

struct ControlCheck {
  Index paths = 0;
  Count false_positives{0, 0};  // by halves of the population (analysis/restructuring/restructuring.hpp)
  Index by_walks_alone = 0;     // paths that would have an event if random walks were the only control
};

struct ConditionRestructuring {
  Condition condition;           // without its runs
  std::string synapse = "none";  // that its runs were trained with
  long planned = 0;              // runs
  std::vector<RunRestructuring> runs;
  ControlCheck walks;
  std::optional<ControlCheck> shuffled;  // the condition with control.targets = shuffled, where it has runs enough
  Index unbounded_walks = 0;
  std::string note;  // why there are no events, or only one population of controls
  Index abrupt = 0, gradual = 0, no_drop = 0, diverged = 0, not_measured = 0;
  Index with_event = 0;  // of those measured
  /// Update at which the first event was seen, median over those measured; absent where fewer than half have one. Runs
  /// without an event are censored at their last checkpoint.
  std::optional<double> first_event;
  std::optional<CensoredInterval> first_event_interval;
  /// Of the runs with an abrupt drop; absent where there are fewer than two.
  std::optional<LeadTest> permuted, shifted;
  std::optional<Estimate> lead;    // mean of those that have one [updates]
  std::optional<Interval> longer;  // share of runs whose lead is longer than the median of its shifted null
};

/// Conditions but those whose targets are shuffled, in grid order. Descriptors are kept in DIR/restructuring, one file
/// per run, and are not computed again. Throws UserError where DIR holds no study, or its runs no checkpoints between
/// the first and the last network.
std::vector<ConditionRestructuring> find_restructuring_of_study(const std::string& directory,
                                                                const RestructuringSetting& setting);

}  // namespace stillpoint
