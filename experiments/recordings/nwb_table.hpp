// DynamicTable: columns of a group, one value in each row, or ragged with an index of where the rows end.
#pragma once

#include <string>
#include <vector>

#include "experiments/recordings/nwb_file.hpp"
#include "experiments/recordings/recording.hpp"

namespace stillpoint {

/// Throws UserError where rows have no ids; columns that cannot be read are left out, and why.
RecordedTable read_table(const NwbFile& nwb, const std::string& path);

/// Of a column that the table must have; throws UserError with the reason why it was left out.
const TableColumn& required_column(const NwbFile& nwb, const RecordedTable& table, const std::string& name,
                                   TableColumn::Kind kind);

/// Where each row of a ragged column begins and, at last, where the last one ends: rows + 1 places in its dataset of
/// `size` values.
std::vector<hsize_t> row_ends(const NwbFile& nwb, const RecordedTable& table, const std::string& column, hsize_t size);

/// Rising and disjoint.
std::vector<TimeInterval> disjoint(std::vector<TimeInterval> intervals);

}  // namespace stillpoint
