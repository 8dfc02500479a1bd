// Tables for a terminal: columns padded to their widest cell, two spaces between them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace stillpoint {

/// The header, then one entry per line; all of the same length.
using Rows = std::vector<std::vector<std::string>>;

/// Characters per line.
std::size_t table_width(const Rows& rows);

/// The first `left` columns are aligned left, the others right.
std::string aligned(const Rows& rows, std::size_t left);

}  // namespace stillpoint
