// A recording of a lab in the NWB format (Neurodata Without Borders 2, Ruebel et al. 2022, doi:10.7554/eLife.78362): units
// with their spikes, trials, series of samples; whatever else it holds is left alone.
//
// Tables are small and read at once; spikes and samples are read in parts when they are asked for, so that a file may be
// far larger than memory. Every function throws UserError with one line that names the file and the object's path in it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

/// Times of the recording's own clock [s].
struct TimeInterval {
  double from_s = 0, to_s = 0;
};

/// A column of a table with one value in each row.
struct TableColumn {
  enum class Kind { number, text, truth };

  std::string name, description;
  Kind kind = Kind::number;
  std::vector<double> numbers = {};     // of number (NaN: none) and truth (0, 1)
  std::vector<std::string> texts = {};  // of text
  /// Of a row as it is shown and compared with what a user asks for: "left", "3", "0.25", "true"; "" where there is none.
  std::string shown(Index row) const;
};

/// A DynamicTable: units, trials, electrodes.
struct RecordedTable {
  std::string path;  // in the file
  std::vector<long> id;
  std::vector<TableColumn> columns;
  std::vector<std::string> left_out;  // columns that are not one value in each row, and why: "waveforms: ragged"

  Index rows() const { return static_cast<Index>(id.size()); }
  const TableColumn* find(const std::string& name) const;  // null where there is none
};

/// A TimeSeries or a type derived from it, of one value or N per time.
struct RecordedSeries {
  std::string path, type, unit, description;  // type: its neurodata_type
  std::string table;                          // of ROIs or electrodes, path; "" where there is none
  Index samples = 0, channels = 0;
  std::optional<double> rate_hz;  // absent: timestamps
  double from_s = 0, to_s = 0;    // of the first and the last sample
};

/// Samples times channels; converted to `unit`; NaN where there is none.
struct SeriesPart {
  std::vector<double> times_s;
  Matrix<double> values;
};

/// Some consecutive spikes of units[i]; units, and parts of one, come in order, one call at a time from any thread.
using SpikeVisitor = std::function<void(std::size_t i, const double* first_s, const double* last_s)>;

inline const std::string table_of_trials = "trials";

class Recording {
 public:
  /// trials: the table of /intervals whose rows are the trials.
  explicit Recording(const std::string& file, const std::string& trials = table_of_trials);
  ~Recording();
  Recording(Recording&&) noexcept;

  const std::string& file() const;
  const std::string& identifier() const;
  const std::string& description() const;  // session_description
  const std::string& start_time() const;   // as it is written
  const std::string& subject() const;      // subject_id, "" where there is none
  const std::string& nwb_version() const;

  /// What else the file says of the session and the subject, by name: {"species", "Mus musculus"}.
  const std::vector<std::pair<std::string, std::string>>& about() const;

  /// Without rows, and without a path, where the file has no such table. Trials have the columns start_time and stop_time.
  const RecordedTable& units() const;
  const RecordedTable& trials() const;
  /// Other tables of intervals, by name, and their rows.
  const std::vector<std::pair<std::string, Index>>& intervals() const;
  /// Spikes of these units, whose numbers rise, part after part: no unit is in memory as a whole. Throws for a spike
  /// before 0 or before the one before it.
  void visit_spikes(const std::vector<Index>& units, const SpikeVisitor& visit) const;
  /// All of one unit's, rising; none: an empty unit.
  std::vector<double> spike_times_s(Index unit) const;
  /// How many, without reading them.
  Index spikes(Index unit) const;
  /// When a unit was observed, rising and disjoint: obs_intervals; absent where the table has none: always.
  std::optional<std::vector<TimeInterval>> observed(Index unit) const;
  /// invalid_times, rising and disjoint.
  const std::vector<TimeInterval>& invalid() const;

  const std::vector<RecordedSeries>& series() const;
  /// At from <= t < to.
  SeriesPart samples(const RecordedSeries& series, const TimeInterval& within) const;

  /// What is in the file and could not be read or followed (a link into a file that is missing), one line each.
  const std::vector<std::string>& left_out() const;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace stillpoint
