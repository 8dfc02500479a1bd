// A column far longer than memory, part after part.
#pragma once

#include <functional>
#include <vector>

#include "sim/files/hdf5_foreign.hpp"

namespace stillpoint {

/// From a row to before another.
struct RowRange {
  hsize_t from = 0, to = 0;
};
/// visit(i, first, last): consecutive values of ranges[i], which rise and are disjoint; in the order of the file, one
/// call at a time, though threads take parts of the file in turn. What visit throws ends it. Throws UserError where
/// values cannot be read: after all that come before them were visited.
void visit_ranges(const hdf5::ForeignDataset& column, const std::vector<RowRange>& ranges,
                  const std::function<void(std::size_t i, const double* first, const double* last)>& visit);

}  // namespace stillpoint
