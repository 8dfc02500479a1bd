#include "experiments/report/text_table.hpp"

#include <algorithm>

#include "experiments/options/message.hpp"

namespace stillpoint {

namespace {

/// Characters, not bytes, of UTF-8 text.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<std::size_t> column_widths(const Rows& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows)
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], width_of(row[column]));
  return widths;
}

}  // namespace

std::size_t table_width(const Rows& rows) {
  std::size_t total = 0;
  for (const auto width : column_widths(rows)) total += width + 2;
  return total - 2;
}

std::string aligned(const Rows& given, std::size_t left) {
  auto rows = given;
  for (auto& row : rows)
    for (auto& cell : row) cell = printable(cell);
  const auto widths = column_widths(rows);
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::string padding(widths[column] - width_of(row[column]), ' ');
      line += (column == 0 ? "" : "  ") + (column < left ? row[column] + padding : padding + row[column]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace stillpoint
