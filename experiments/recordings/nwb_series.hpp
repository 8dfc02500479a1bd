// TimeSeries of an NWB file: what is known of them without reading samples, and their samples by windows.
//
//   value = data * conversion * channel_conversion + offset, in the unit of the series
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/recordings/nwb_file.hpp"
#include "experiments/recordings/recording.hpp"

namespace stillpoint {

/// Those of one value or of N values per time; the others go to `left_out`, and why.
std::vector<RecordedSeries> read_series(const NwbFile& nwb, std::vector<std::string>& left_out);

/// One whose samples are asked for, part after part.
class OpenSeries {
 public:
  OpenSeries(const NwbFile& nwb, RecordedSeries series);

  const std::string& path() const { return series_.path; }
  SeriesPart within(const TimeInterval& within) const;

 private:
  double time_of(hsize_t sample) const;
  /// The first sample that is not before a time.
  hsize_t first_from(double time_s) const;
  std::vector<double> times(hsize_t from, hsize_t count) const;

  RecordedSeries series_;
  hdf5::ForeignDataset data_;
  std::optional<hdf5::ForeignDataset> timestamps_;
  double conversion_ = 1, offset_ = 0;
  std::vector<double> of_channel_;  // conversion; empty: 1
};

}  // namespace stillpoint
