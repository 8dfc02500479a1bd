#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <boost/tokenizer.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "experiments/results/curve_table.hpp"
#include "sim/options/option.hpp"
#include "sim/options/parse_number.hpp"

namespace stillpoint {

namespace {

constexpr char spaces = ' ';
constexpr std::size_t most_columns = 10000;  // of any table that is none by mistake
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

using Cells = std::vector<std::string>;

Cells cells_of(const std::string& line, char delimiter) {
  using Separator = boost::escaped_list_separator<char>;  // quotes; without escapes, so that paths may stand in cells
  const boost::tokenizer<Separator> tokens(
      line, Separator("", delimiter == spaces ? " \t" : std::string(1, delimiter), "\""));
  Cells cells;
  for (auto cell : tokens) {
    boost::trim(cell);
    if (delimiter != spaces || !cell.empty()) cells.push_back(std::move(cell));
    if (cells.size() > most_columns) break;
  }
  return cells;
}

/// TextRows that hold something, of a text without a byte order mark.
struct TextRows {
  const std::string& text;
  std::size_t at = 0;
  long number = 0;           // of the line, from 1
  std::string comment = {};  // the last line of # so far

  bool next(std::string& row) {
    while (at < text.size()) {
      const auto end = std::min(text.find('\n', at), text.size());
      row = boost::trim_right_copy_if(text.substr(at, end - at), boost::is_any_of("\r"));
      at = end + 1;
      ++number;
      const auto first = row.find_first_not_of(" \t");
      if (first == std::string::npos) continue;
      if (row[first] != '#') return true;
      comment = row.substr(first + 1);
    }
    return false;
  }
};

char delimiter_of(const std::string& first, const std::string& second) {
  const auto found = [](const std::string& row, char delimiter) { return cells_of(row, delimiter).size() > 1; };
  const std::string known = "\t;,|";
  for (const char each : known)
    if (found(first, each) && (second.empty() || found(second, each))) return each;
  for (const char each : known)
    if (found(first, each) && !found(second, spaces)) return each;
  return spaces;
}

/// Reads numbers with either decimal sign, where a comma may be one, but not with both: 1,000 beside 0.5 is a thousand.
struct Decimals {
  bool comma_allowed;
  char sign = '\0';

  double number(std::string cell, const std::string& where) {
    if (!comma_allowed) return number_in_cell(cell, where);
    const auto place = cell.find_first_of(".,");
    if (place == std::string::npos) return number_in_cell(cell, where);
    const char own = cell[place];
    std::string read = cell;
    read[place] = '.';
    double value = missing;
    if (!parse_number(read, value)) return number_in_cell(cell, where);  // a word, or no number
    require_parameter(sign == '\0' || sign == own, where, cell,
                      fmt::format("has another decimal sign than numbers before it, {}", sign));
    sign = own;
    return value;
  }
};

bool is_row_of_numbers(const Cells& cells, char delimiter) {
  bool any = false;
  for (const auto& cell : cells) {
    double value = 0;
    const auto text = delimiter == '\t' || delimiter == ';' ? boost::replace_first_copy(cell, ",", ".") : cell;
    const bool number = parse_number(text, value);
    if (!number && !is_missing(cell)) return false;
    any = any || number;
  }
  return any;
}

class TextTable {
 public:
  TextTable(std::string text, std::string path) : text_(std::move(text)), path_(std::move(path)) {
    if (text_.rfind("\xEF\xBB\xBF", 0) == 0) text_.erase(0, 3);
    if (text_.find('\n') == std::string::npos) boost::replace_all(text_, "\r", "\n");  // of Excel for the Mac
    TextRows rows{text_};
    std::string first, second;
    if (!rows.next(first)) throw UserError(path_ + ": holds no table: a header and rows are needed");
    TextRows(rows).next(second);
    delimiter_ = delimiter_of(first, second);
    header_ = cells_of(first, delimiter_);
    require_columns(header_.size(), path_);
    if (!is_row_of_numbers(header_, delimiter_)) {
      if (delimiter_ == spaces && cells_of(second, delimiter_).size() == header_.size() + 1)
        header_.insert(header_.begin(), "");  // rows have names, as R and pandas print them
      begin_ = rows.at;
      line_ = rows.number;
      return;
    }
    const auto commented = cells_of(rows.comment, delimiter_);
    named_ = commented.size() == header_.size();
    header_ = named_ ? commented : numbered(header_.size());
  }

  const Cells& names() const { return header_; }
  bool named() const { return named_; }

  std::vector<std::vector<double>> read(const std::vector<std::size_t>& columns) const {
    std::vector<std::vector<double>> values(columns.size());
    TextRows rows{text_, begin_, line_};
    Decimals decimals{delimiter_ == '\t' || delimiter_ == ';'};
    for (std::string row; rows.next(row);) {
      const auto where = [&] { return fmt::format("{}: line {}", path_, rows.number); };
      auto cells = cells_of(row, delimiter_);
      while (cells.size() > header_.size() && cells.back().empty()) cells.pop_back();
      if (cells.size() != header_.size())
        throw ParameterError(where(), fmt::format("{} fields", cells.size()),
                             fmt::format("must have {}, as the {}", header_.size(), named_ ? "header" : "first row"));
      if (named_ && cells == header_)
        throw UserError(where() + ": is the header again: these are two runs in one file; keep one of them");
      for (std::size_t c = 0; c < columns.size(); ++c) {
        const auto& cell = cells[columns[c]];
        double value = missing;
        if (decimals.comma_allowed || !parse_number(cell, value))
          value = decimals.number(cell, fmt::format("{}: {}", where(), header_[columns[c]]));
        values[c].push_back(value);
      }
    }
    return values;
  }

 private:
  std::string text_, path_;
  Cells header_;
  bool named_ = true;
  char delimiter_ = ',';
  std::size_t begin_ = 0;  // of the rows
  long line_ = 0;          // before it
};

}  // namespace

bool is_missing(std::string_view text) {
  for (const char* word : {"", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null", "none", "-"})
    if (boost::iequals(text, word)) return true;
  return false;
}

double number_in_cell(std::string_view text, const std::string& where) {
  double value = missing;
  if (!is_missing(text) && !parse_number(text, value))
    throw ParameterError(where, std::string(text), "must be a finite number, or empty");
  return value;
}

std::vector<std::string> numbered(std::size_t columns) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= columns; ++i) names.push_back(std::to_string(i));
  return names;
}

void require_columns(std::size_t columns, const std::string& path) {
  require_parameter(columns <= most_columns, path + ": columns", fmt::format("more than {}", most_columns),
                    "is no table of learning curves");
}

CurveTable text_table(std::string text, const std::string& path) {
  const auto table = std::make_shared<const TextTable>(std::move(text), path);
  return {table->names(), table->named(), [table](const auto& columns) { return table->read(columns); }};
}

}  // namespace stillpoint
