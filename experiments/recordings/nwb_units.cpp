#include "experiments/recordings/nwb_units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "experiments/recordings/column_parts.hpp"
#include "experiments/recordings/nwb_electrodes.hpp"
#include "experiments/recordings/nwb_table.hpp"

namespace stillpoint {

namespace {

using Place = hdf5::ForeignFile::Place;

RecordedTable read_units(const NwbFile& nwb) {
  const auto path = nwb.file().has("/units", Place::group) ? "/units" : nwb.first("Units");
  return path.empty() ? RecordedTable() : read_table(nwb, path);
}

}  // namespace

NwbUnits::NwbUnits(const NwbFile& nwb)
    : file_(nwb.file().name()),
      table_(read_units(nwb)),
      spikes_(ragged(nwb, "spike_times", 1)),
      observed_(ragged(nwb, "obs_intervals", 2)) {
  if (table_.path.empty()) return;
  add_electrodes(nwb, table_);
  const auto read = [this](const std::string& line) {
    return (spikes_.values && line.rfind("spike_times: ", 0) == 0) ||
           (observed_.values && line.rfind("obs_intervals: ", 0) == 0);
  };
  table_.left_out.erase(std::remove_if(table_.left_out.begin(), table_.left_out.end(), read), table_.left_out.end());
}

/// A table whose spikes cannot be read still says what was recorded: it is told when they are asked for.
NwbUnits::Ragged NwbUnits::ragged(const NwbFile& nwb, const std::string& column, std::size_t axes) const {
  const auto path = place_in(table_.path, column);
  Ragged read;
  if (table_.path.empty()) return read;
  try {
    if (nwb.file().has(path, Place::absent)) {
      if (!nwb.file().has(path + "_index", Place::absent)) read.problem = nwb.file().where(path) + ": missing";
      return read;
    }
    auto values = nwb.file().dataset(path);
    if (!values.has_axes(axes) || (axes == 2 && values.shape()[1] != 2))
      throw UserError(values.where() + (axes == 2 ? ": must be of begin and end" : ": must have one axis"));
    if (!values.holds_numbers()) throw UserError(values.where() + ": must hold numbers, not " + values.kind());
    read.ends = row_ends(nwb, table_, column, values.rows());
    read.values.emplace(std::move(values));
  } catch (const UserError& problem) {
    read.problem = problem.what();
  }
  return read;
}

void NwbUnits::check_unit(Index unit) const {
  if (unit < 0 || unit >= table_.rows())
    throw UserError(fmt::format("{}: {}: has {} units, not a unit number {}", file_, table_.path, table_.rows(), unit));
}

Index NwbUnits::spikes(Index unit) const {
  check_unit(unit);
  if (!spikes_.values) return 0;
  const auto row = static_cast<std::size_t>(unit);
  return static_cast<Index>(spikes_.ends[row + 1] - spikes_.ends[row]);
}

void NwbUnits::visit_spikes(const std::vector<Index>& units, const SpikeVisitor& visit) const {
  std::vector<RowRange> rows;
  for (const Index unit : units) {
    check_unit(unit);
    if (!spikes_.problem.empty()) throw UserError(spikes_.problem);
    if (!spikes_.values) throw UserError(fmt::format("{}: {}: has no spike_times", file_, table_.path));
    const auto row = static_cast<std::size_t>(unit);
    rows.push_back({spikes_.ends[row], spikes_.ends[row + 1]});
    spikes_.values->require_stored(rows.back().to - rows.back().from);
  }
  if (units.empty()) return;
  std::size_t of = 0;
  hsize_t before = 0;  // spikes of this unit that were visited
  double last_s = 0;
  visit_ranges(*spikes_.values, rows, [&](std::size_t i, const double* first, const double* last) {
    if (i != std::exchange(of, i)) {
      before = 0;
      last_s = 0;
    }
    const auto unit = units[i];
    const auto refuse = [&](const double* spike, const std::string& what) {
      throw UserError(fmt::format("{}: unit {} (id {}): spike {} is at {} s; {}", spikes_.values->where(), unit,
                                  table_.id[static_cast<std::size_t>(unit)],
                                  before + static_cast<hsize_t>(spike - first), *spike, what));
    };
    bool rises = *first >= last_s && std::isfinite(*(last - 1));
    for (const auto* spike = first + 1; spike < last; ++spike) rises &= *spike >= *(spike - 1);  // false of NaN
    for (const auto* spike = first; spike < last && !rises; last_s = *spike++) {
      if (!std::isfinite(*spike)) refuse(spike, "must be a time");
      if (*spike < 0) refuse(spike, "must not be before 0, the file's timestamps_reference_time");
      if (*spike < last_s) refuse(spike, fmt::format("must not be before the last one, {} s", last_s));
    }
    visit(i, first, last);
    before += static_cast<hsize_t>(last - first);
    last_s = *(last - 1);
  });
}

std::optional<std::vector<TimeInterval>> NwbUnits::observed(Index unit) const {
  check_unit(unit);
  if (!observed_.problem.empty()) throw UserError(observed_.problem);
  if (!observed_.values) return std::nullopt;
  const auto row = static_cast<std::size_t>(unit);
  const auto values = observed_.values->numbers(observed_.ends[row], observed_.ends[row + 1] - observed_.ends[row]);
  std::vector<TimeInterval> intervals;
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
    if (!(values[i] <= values[i + 1]))
      throw UserError(fmt::format("{}: unit {} (id {}): an interval from {} to {} s; must not end before it begins",
                                  observed_.values->where(), unit, table_.id[row], values[i], values[i + 1]));
    intervals.push_back({values[i], values[i + 1]});
  }
  return disjoint(std::move(intervals));
}

}  // namespace stillpoint
