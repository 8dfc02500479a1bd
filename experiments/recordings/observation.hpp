// What is observed in recordings: statistics and curves of each, and over all of them, with intervals and what those
// are of.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiments/recordings/aligned.hpp"
#include "experiments/recordings/observed_statistics.hpp"
#include "experiments/recordings/over_sessions.hpp"

namespace stillpoint {

struct PeriEvent {
  Index trials = 0;
  Matrix<double> units;        // mean over trials, units x bins [Hz, or the series' unit]
  Vector<double> mean;         // over units
  std::vector<Interval> band;  // of the mean, bin by bin; empty below two trials
};

/// A unit of a figure: its spikes in some trials, from the event, no more than it can show: of those within a part of
/// the window the first.
struct Raster {
  static constexpr Index most_trials = 30;           // of a condition
  static constexpr double window_parts = 1e3;        // narrower than a mark
  long unit;                                         // its id
  std::vector<std::vector<std::vector<double>>> ms;  // condition, trial, spikes
  std::vector<Vector<double>> rate_hz;               // mean of all trials of a condition, by bin
};

struct ObservedSession {
  std::string file, animal;  // animal: "" where none is named
  Signal signal = Signal::spikes;
  std::string unit;  // of values
  Index units = 0, all_units = 0, trials = 0, all_trials = 0;
  std::vector<std::string> notes;
  std::vector<long> unit_ids;                            // or numbers of channels
  Vector<double> unit_means;                             // in the epoch, over trials [unit]
  std::vector<PeriEvent> peri_event;                     // by condition
  std::optional<IntrinsicTimescale> timescale;           // absent where the epoch is too short, or trials too few
  std::vector<std::vector<ScaledStatistic>> statistics;  // by family; empty where it was not asked for
  std::vector<Raster> rasters;
};

struct ObservationSetting {
  Selection selection;
  StatisticSetting statistics;
  std::vector<std::string> only;  // names of statistics; none: all but those that take long
  int rasters = 0;                // units whose spikes are kept for a figure
};

struct Observation {
  ObservationSetting setting;
  Conditions conditions;
  std::vector<ObservedSession> sessions;

  std::vector<std::string> animals() const;  // of the sessions
  Curve rates(std::size_t condition) const;
  Curve autocorrelation() const;
  /// Of a family's statistic.
  ObservedValue value(std::size_t family, std::size_t statistic) const;
};
/// tell: before each session and family, what is being done.
Observation observe(const std::vector<Recording>& recordings, const std::vector<std::string>& animals,
                    const ObservationSetting& setting, const std::function<void(const std::string&)>& tell);

}  // namespace stillpoint
