#include "experiments/report/text_table.hpp"

#include <algorithm>

#include "experiments/options/message.hpp"
#include "experiments/report/lines.hpp"

namespace stillpoint {

namespace {

std::vector<std::size_t> column_widths(const Rows& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows)
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], characters_of(row[column]));
  return widths;
}

}  // namespace

std::size_t table_width(const Rows& rows) {
  std::size_t total = 0;
  for (const auto width : column_widths(rows)) total += width + 2;
  return total - 2;
}

std::string aligned(const Rows& given, std::size_t left, std::size_t width) {
  auto rows = given;
  for (auto& row : rows)
    for (auto& cell : row) cell = printable(cell);
  const auto widths = column_widths(rows);
  std::size_t names = 0;
  for (std::size_t column = 0; column < left; ++column) names += widths[column] + 2;
  std::string text;
  for (std::size_t from = left; from < widths.size() || text.empty();) {
    std::size_t to = from;
    for (std::size_t used = names; to < widths.size() && (to == from || used + widths[to] <= width); ++to)
      used += widths[to] + 2;
    if (!text.empty()) text += '\n';
    for (const auto& row : rows) {
      std::string line;
      for (std::size_t column = 0; column < to; ++column) {
        if (column >= left && column < from) continue;
        const std::string padding(widths[column] - characters_of(row[column]), ' ');
        line += (column == 0 ? "" : "  ") + (column < left ? row[column] + padding : padding + row[column]);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + '\n';
    }
    from = to;
  }
  return text;
}

namespace {

bool begins_with_spaces(const std::string& line, std::size_t count) { return line.find_first_not_of(' ') == count; }

/// Paragraphs: lines with those that continue them.
std::vector<std::string> paragraphs_of(const std::string& text) {
  std::vector<std::string> paragraphs;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    if (begins_with_spaces(line, 2) && !paragraphs.empty() && begins_with_spaces(paragraphs.back(), 0))
      paragraphs.back() += line.substr(1);
    else
      paragraphs.push_back(line);
    begin = end + 1;
  }
  return paragraphs;
}

}  // namespace

std::string wrapped(const std::string& text, std::size_t width, std::size_t hang) {
  std::string made;
  for (const auto& line : paragraphs_of(text)) {
    const auto indent = std::min(line.find_first_not_of(' '), line.size()) + hang;
    for (const auto& each : in_lines(line, width, LongWord::whole, indent)) made += each + '\n';
  }
  if (text.empty() || text.back() != '\n') made.erase(made.size() - !made.empty());
  return made;
}

}  // namespace stillpoint
