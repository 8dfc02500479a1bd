// Learning itself is a prediction: what recordings show before, during and after the loss falls, abruptly or gradually,
// and how many days before it a lab would see that something changes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/predictions/measured_learning.hpp"

namespace stillpoint {

/// Networks of one hypothesis whose loss fell alike.
struct LearningGroup {
  std::string hypothesis;
  LearningPhases::Verdict verdict;
};

/// A statistic by the phases of learning: means over a network's recordings in each, then over networks; intervals:
/// Student's t over seeds. Before: recordings up to Fall::before; after: from Fall::after on; during: between.
struct LearningRow {
  LearningGroup group;
  std::size_t statistic;  // of learning_statistics()
  bool recorded;          // in sessions of the middle size, mean of those of a day; else by the rates of all neurons
  std::optional<Estimate> before, during, after;
  std::optional<Estimate> during_less_before, after_less_before;  // of networks that have both
  long networks = 0;                                              // of the group
  long without_both = 0;                                          // have no recording before, or none after
};

/// How long before the fall a statistic changes that is recorded on every day: the day in which the fall begins, less
/// the first day after the change (analysis/learning/daily_change.hpp) [days]. A change is found where p <= .05.
struct LeadRow {
  LearningGroup group;
  std::size_t statistic;
  Index sessions_per_day;        // whose mean is the value of the day
  std::optional<Estimate> lead;  // of networks where a change was found; interval: Student's t over seeds
  long networks = 0;             // of the group, with a fall
  long found = 0;
  long too_few = 0;  // networks with fewer than DailyChange::fewest_days days on which the statistic is defined
  /// The same networks, their days in random order: what a change at random would lead by.
  struct ByChance {
    double mean, high;  // of the mean lead: its mean and 95 % quantile over random orders
    double p;           // share of orders, the data counted in, whose mean is as large
    long beyond;        // networks whose lead is above the 95 % quantile of their own
  };
  std::optional<ByChance> by_chance;
};

struct LearningTable {
  struct Verdicts {
    std::string hypothesis;
    long abrupt = 0, gradual = 0, none = 0;
  };
  std::vector<Verdicts> verdicts;
  std::vector<LearningRow> rows;
  std::vector<LeadRow> leads;
};

constexpr double level_of_change = 0.05;

LearningTable learning_table(const LearningStudy& study);

/// The value of each day in its first `sessions` sessions, NaN where it is defined in none; 0 sessions: by rates.
Vector<double> daily_values(const LearningPath& path, std::size_t statistic, Index sessions);

}  // namespace stillpoint
