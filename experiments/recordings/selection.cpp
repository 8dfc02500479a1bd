#include "experiments/recordings/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "experiments/options/argument.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t most_named = 12;  // values in one message

/// Where one of `signs` first stands outside of double quotes; npos where none does.
std::size_t outside_quotes(const std::string& text, const char* signs, std::size_t from = 0) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (i >= from && !quoted && std::string(signs).find(text[i]) != std::string::npos) return i;
  }
  return std::string::npos;
}

std::vector<std::string> split(const std::string& text, const char* sign) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (;;) {
    const auto end = outside_quotes(text, sign, begin);
    parts.push_back(text.substr(begin, end == std::string::npos ? end : end - begin));
    if (end == std::string::npos) return parts;
    begin = end + 1;
  }
}

/// Without blanks around it, and without the quotes around what is quoted.
std::string bare(const std::string& text) {
  const auto first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
  if (first == std::string::npos) return "";
  auto word = text.substr(first, last - first + 1);
  if (word.size() >= 2 && word.front() == '"' && word.back() == '"') word = word.substr(1, word.size() - 2);
  return word;
}

std::optional<double> number_in(const std::string& text) {
  std::size_t end = 0;
  try {
    const double value = std::stod(text, &end);
    if (end == text.size() && std::isfinite(value)) return value;
  } catch (const std::exception&) {
  }
  return std::nullopt;
}

/// A column of single precision holds 0.1 as the nearest it has.
bool same(double asked, double held) { return asked == held || static_cast<double>(static_cast<float>(asked)) == held; }

std::string named(std::vector<std::string> values) {
  const auto count = values.size();
  values.resize(std::min(count, most_named));
  return fmt::format("{}{}", fmt::join(values, ", "), count > most_named ? fmt::format(" .. ({} in all)", count) : "");
}

bool has_value(const TableColumn& column, Index row, const std::string& value) {
  const auto at = static_cast<std::size_t>(row);
  if (column.kind == TableColumn::Kind::text ? column.texts[at] == value : column.shown(row) == value) return true;
  const auto asked = number_in(value);
  return asked && same(*asked, number_of(column, row));
}

}  // namespace

RowFilter::RowFilter(std::string option, std::string text) : option_(std::move(option)), text_(std::move(text)) {
  const auto require = [&](bool holds, const std::string& what) {
    require_argument(holds, option_, text_, what + "; write COLUMN=VALUE, also != < <= > >=, `,` for and, `|` for or");
  };
  if (bare(text_).empty()) return;
  require(std::count(text_.begin(), text_.end(), '"') % 2 == 0, "a quote is left open");
  for (const auto& part : split(text_, ",")) {
    const auto at = outside_quotes(part, "=!<>");
    require(at != std::string::npos && at > 0, fmt::format("\"{}\" compares nothing", bare(part)));
    const bool two = at + 1 < part.size() && part[at + 1] == '=' && part[at] != '=';
    require(part[at] != '!' || two, fmt::format("\"{}\" has ! without =", bare(part)));
    const Sign sign = part[at] == '='   ? Sign::equal
                      : part[at] == '!' ? Sign::unequal
                      : part[at] == '<' ? (two ? Sign::at_most : Sign::below)
                                        : (two ? Sign::at_least : Sign::above);
    Comparison comparison{bare(part.substr(0, at)), sign, {}};
    for (const auto& value : split(part.substr(at + (two ? 2 : 1)), "|")) comparison.values.push_back(bare(value));
    for (const auto& value : comparison.values)
      require(!value.empty() && !comparison.column.empty(), fmt::format("\"{}\" lacks a side", bare(part)));
    if (sign != Sign::equal && sign != Sign::unequal)
      require(comparison.values.size() == 1 && number_in(comparison.values.front()),
              fmt::format("\"{}\" needs one number", bare(part)));
    comparisons_.push_back(std::move(comparison));
  }
}

bool RowFilter::holds(const Comparison& comparison, const TableColumn& column, Index row) {
  if (comparison.sign == Sign::equal || comparison.sign == Sign::unequal) {
    const bool any = std::any_of(comparison.values.begin(), comparison.values.end(),
                                 [&](const auto& value) { return has_value(column, row, value); });
    return any == (comparison.sign == Sign::equal);
  }
  const double held = number_of(column, row), asked = *number_in(comparison.values.front());
  switch (comparison.sign) {
    case Sign::below:
      return held < asked && !same(asked, held);
    case Sign::at_most:
      return held <= asked || same(asked, held);
    case Sign::above:
      return held > asked && !same(asked, held);
    default:
      return held >= asked || same(asked, held);
  }
}

std::vector<Index> RowFilter::rows(const RecordedTable& table, const std::string& file) const {
  std::vector<Index> rows(static_cast<std::size_t>(table.rows()));
  std::iota(rows.begin(), rows.end(), Index{0});
  for (const auto& comparison : comparisons_) {
    const auto column = column_named(table, comparison.column, option_, file);
    const bool by_order = comparison.sign != Sign::equal && comparison.sign != Sign::unequal;
    require_argument(!by_order || (column.kind != TableColumn::Kind::truth && has_numbers(column)), option_, text_,
                     fmt::format("{}: {}/{} has no numbers to compare by < or >; it has {}", file, table.path,
                                 column.name, named(values_of(column))));
    rows.erase(std::remove_if(rows.begin(), rows.end(), [&](Index row) { return !holds(comparison, column, row); }),
               rows.end());
  }
  return rows;
}

void RowFilter::require_values(const std::vector<FileTable>& tables) const {
  for (const auto& comparison : comparisons_) {
    if (comparison.sign != Sign::equal && comparison.sign != Sign::unequal) continue;
    for (const auto& value : comparison.values) {
      std::vector<std::string> held;
      bool found = false;
      for (const auto& [table, file] : tables) {
        const auto column = column_named(*table, comparison.column, option_, file);
        for (Index row = 0; row < table->rows() && !found; ++row) found = has_value(column, row, value);
        for (auto& each : values_of(column))
          if (std::find(held.begin(), held.end(), each) == held.end()) held.push_back(std::move(each));
      }
      require_argument(found, option_, text_,
                       fmt::format("no row has {} = {}; there are: {}{}", comparison.column, value, named(held),
                                   did_you_mean(value, held)));
    }
  }
}

std::vector<FileTable> tables_of(const std::vector<Recording>& recordings,
                                 const RecordedTable& (Recording::*table)() const) {
  std::vector<FileTable> tables;
  for (const auto& recording : recordings) tables.push_back({&(recording.*table)(), recording.file()});
  return tables;
}

double number_of(const TableColumn& column, Index row) {
  const auto at = static_cast<std::size_t>(row);
  if (column.kind != TableColumn::Kind::text) return column.numbers[at];
  return number_in(column.texts[at]).value_or(std::numeric_limits<double>::quiet_NaN());
}

bool has_numbers(const TableColumn& column) {
  if (column.kind != TableColumn::Kind::text) return true;
  return std::any_of(column.texts.begin(), column.texts.end(),
                     [](const auto& text) { return number_in(text).has_value(); });
}

TableColumn column_named(const RecordedTable& table, const std::string& name, const std::string& option,
                         const std::string& file) {
  if (const auto* column = table.find(name)) return *column;
  if (table.path.empty())
    throw UserError(fmt::format("{} {}: {}: has no table with such a column; see `stillpoint observe --list {}`",
                                option, name, file, file));
  if (name == "id") return {"id", "", TableColumn::Kind::number, {table.id.begin(), table.id.end()}, {}};
  for (const auto& left_out : table.left_out)  // "NAME: why"
    if (left_out.rfind(name + ": ", 0) == 0)
      throw UserError(fmt::format("{} {}: {}: {} cannot be used, {}", option, name, file, table.path, left_out));
  std::vector<std::string> known;
  for (const auto& column : table.columns) known.push_back(column.name);
  throw UserError(fmt::format("{} {}: {}: {} has no such column; it has: {}{}", option, name, file, table.path,
                              known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")),
                              did_you_mean(name, known)));
}

std::vector<std::string> values_of(const TableColumn& column) {
  const bool text = column.kind == TableColumn::Kind::text;
  std::vector<std::size_t> rows(text ? column.texts.size() : column.numbers.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  rows.erase(
      std::remove_if(rows.begin(), rows.end(),
                     [&](std::size_t i) { return text ? column.texts[i].empty() : std::isnan(column.numbers[i]); }),
      rows.end());
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return text ? column.texts[a] < column.texts[b] : column.numbers[a] < column.numbers[b];
  });
  std::vector<std::string> values;
  for (const auto i : rows) {
    auto shown = column.shown(static_cast<Index>(i));
    if (values.empty() || values.back() != shown) values.push_back(std::move(shown));
  }
  return values;
}

Window window_option(const std::string& option, const std::string& text) {
  const auto dots = text.find("..");
  const auto from = dots == std::string::npos ? std::nullopt : number_in(text.substr(0, dots)),
             to = dots == std::string::npos ? std::nullopt : number_in(text.substr(dots + 2));
  require_argument(from && to && *from < *to, option, text, "must be FROM..TO in ms, FROM before TO, as -500..1500");
  return {*from, *to};
}

}  // namespace stillpoint
