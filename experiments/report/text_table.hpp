// Tables for a terminal: columns padded to their widest cell, two spaces between them.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace stillpoint {

inline constexpr std::size_t usual_width = 110;  // characters of a line, where no terminal says how many it has

/// The header, then one entry per line; all of the same length.
using Rows = std::vector<std::vector<std::string>>;

/// Characters per line.
std::size_t table_width(const Rows& rows);

/// The first `left` columns are aligned left, the others right. A table wider than `width` characters is folded: as many
/// of the others as have room, and below them the next ones, each time beside the first columns.
std::string aligned(const Rows& rows, std::size_t left, std::size_t width = std::numeric_limits<std::size_t>::max());

/// Lines of text broken between words where they are longer than `width`; what follows begins with `hang` spaces more than
/// the line. A line that begins with two spaces continues the line before it, where that begins with none.
std::string wrapped(const std::string& text, std::size_t width, std::size_t hang = 2);

}  // namespace stillpoint
