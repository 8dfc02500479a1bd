// Units of an NWB file: whose spikes they are, where they were recorded and when.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/recordings/nwb_file.hpp"
#include "experiments/recordings/recording.hpp"

namespace stillpoint {

class NwbUnits {
 public:
  /// Of the table at /units or, where there is none, of the first Units anywhere.
  explicit NwbUnits(const NwbFile& nwb);

  const RecordedTable& table() const { return table_; }
  void visit_spikes(const std::vector<Index>& units, const SpikeVisitor& visit) const;
  Index spikes(Index unit) const;
  std::optional<std::vector<TimeInterval>> observed(Index unit) const;

 private:
  struct Ragged {
    std::optional<hdf5::ForeignDataset> values;
    std::vector<hsize_t> ends;
    std::string problem;  // why it cannot be read
  };
  Ragged ragged(const NwbFile& nwb, const std::string& column, std::size_t axes) const;
  void check_unit(Index unit) const;

  std::string file_;
  RecordedTable table_;
  Ragged spikes_, observed_;
};

}  // namespace stillpoint
