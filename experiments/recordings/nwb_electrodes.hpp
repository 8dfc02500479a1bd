// Where units were recorded: what the tables of electrodes and their groups say of each unit.
#pragma once

#include "experiments/recordings/nwb_file.hpp"
#include "experiments/recordings/recording.hpp"

namespace stillpoint {

/// Adds the columns `electrode_group`, `location` and `probe` (the device of the group) where the table has none of that
/// name. A unit of electrodes in several places has them all, with commas.
void add_electrodes(const NwbFile& nwb, RecordedTable& units);

}  // namespace stillpoint
