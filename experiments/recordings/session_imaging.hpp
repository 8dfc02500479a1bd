// What NWB asks for around a series of fluorescence: a microscope, a plane, a table of regions.
#pragma once

#include <vector>

#include "analysis/activity/recording_model.hpp"
#include "experiments/recordings/nwb_writer.hpp"

namespace stillpoint {

/// All but the series; `columns` of the table of regions, one row per neuron. The device is there already.
void add_imaging(NwbWriter& file, const CalciumImaging& imaging, std::size_t neurons, std::vector<NwbColumn> columns);
/// Of the series, once it is there: its regions.
void add_regions(NwbWriter& file, std::size_t neurons);

}  // namespace stillpoint
