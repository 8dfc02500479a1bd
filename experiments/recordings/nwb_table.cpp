#include "experiments/recordings/nwb_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stillpoint {

namespace {

using Place = hdf5::ForeignFile::Place;
using Holds = hdf5::ForeignDataset::Holds;

std::vector<long> ids_of(const NwbFile& nwb, const std::string& table) {
  const auto path = place_in(table, "id");
  if (!nwb.file().has(path, Place::dataset))
    throw UserError(nwb.file().where(path) + ": missing; every row of a table must have an id");
  const auto ids = nwb.file().dataset(path);
  if (!ids.has_axes(1)) throw UserError(ids.where() + ": must have one axis");
  std::vector<long> all;
  for (const double id : ids.numbers()) {
    if (!(std::abs(id) <= largest_whole) || id != std::floor(id))
      throw UserError(fmt::format("{}: {} is no whole number", ids.where(), id));
    all.push_back(static_cast<long>(id));
  }
  return all;
}

/// Of a table that does not say: every dataset but ids and indices.
std::vector<std::string> names_of_columns(const NwbFile& nwb, const std::string& table) {
  if (auto named = nwb.file().texts(table, "colnames")) return *named;
  std::vector<std::string> names;
  for (const auto& member : nwb.file().members(table)) {
    const auto& name = member.name;
    const bool is_index = name.size() > 6 && name.compare(name.size() - 6, 6, "_index") == 0;
    if (name != "id" && !is_index && nwb.file().has(place_in(table, name), Place::dataset)) names.push_back(name);
  }
  return names;
}

/// Numbers that stand for texts: EnumData of hdmf-common, its `elements` elsewhere, and VocabData of older files.
std::vector<std::string> meanings_of(const NwbFile& nwb, const std::string& path) {
  const auto elements = nwb.file().reference(path, "elements");
  if (!elements.empty()) return nwb.file().dataset(elements).texts();
  return nwb.file().texts(path, "vocabulary").value_or(std::vector<std::string>());
}

void fill(TableColumn& column, const NwbFile& nwb, const std::string& path, const hdf5::ForeignDataset& values) {
  const auto meanings = values.holds() == Holds::numbers ? meanings_of(nwb, path) : std::vector<std::string>();
  if (!meanings.empty()) {
    column.kind = TableColumn::Kind::text;
    for (const double value : values.numbers())
      column.texts.push_back(
          value >= 0 && value < static_cast<double>(meanings.size()) ? meanings[static_cast<std::size_t>(value)] : "");
  } else if (values.holds_numbers()) {
    column.kind = values.holds() == Holds::truth ? TableColumn::Kind::truth : TableColumn::Kind::number;
    column.numbers = values.numbers();
  } else {
    column.kind = TableColumn::Kind::text;
    column.texts = values.texts();
  }
}

/// Why a column is not one value in each row, or "".
std::string obstacle(const NwbFile& nwb, const std::string& path, std::size_t rows) {
  const auto& file = nwb.file();
  const auto place = file.at(path);
  if (place == Place::absent) return "missing";
  if (place == Place::broken) return file.broken_because(path);
  if (place != Place::dataset) return "is no dataset";
  const auto indexed = [&](const std::string& name) {  // a column of one's own may have such a name
    if (file.at(name) != Place::dataset) return false;
    const auto type = nwb.type_of(name);
    return type.empty() || type == "VectorIndex";
  };
  if (indexed(path + "_index_index")) return "doubly ragged";
  if (indexed(path + "_index")) return "ragged";
  if (nwb.is_a(nwb.type_of(path), "DynamicTableRegion") || nwb.type_of(path) == "DynamicTableRegion")
    return "rows of another table";
  const auto values = file.dataset(path);
  const auto& shape = values.shape();  // [N, 1], as some write a column, is one value in each row
  if (std::any_of(shape.begin() + (shape.empty() ? 0 : 1), shape.end(), [](hsize_t extent) { return extent != 1; }))
    return "more than one value in each row";
  if (values.shape().empty() || values.rows() != rows)
    return fmt::format("has {} values, but the table has {} rows", values.rows(), rows);
  if (values.holds() == Holds::references || values.holds() == Holds::something_else) return values.kind();
  return "";
}

}  // namespace

RecordedTable read_table(const NwbFile& nwb, const std::string& table) {
  RecordedTable read{table, ids_of(nwb, table), {}, {}};
  for (const auto& name : names_of_columns(nwb, table)) {
    const auto path = place_in(table, name);
    if (read.find(name)) continue;
    try {
      const auto reason = obstacle(nwb, path, read.id.size());
      if (!reason.empty()) {
        read.left_out.push_back(name + ": " + reason);
        continue;
      }
      TableColumn column;
      column.name = name;
      column.description = nwb.file().text(path, "description").value_or("");
      fill(column, nwb, path, nwb.file().dataset(path));
      read.columns.push_back(std::move(column));
    } catch (const UserError& problem) {
      read.left_out.push_back(name + ": " + without(nwb.file().where(path), problem.what()));
    }
  }
  return read;
}

const TableColumn& required_column(const NwbFile& nwb, const RecordedTable& table, const std::string& name,
                                   TableColumn::Kind kind) {
  const auto place = nwb.file().where(place_in(table.path, name));
  if (const auto* column = table.find(name)) {
    if (column->kind == kind) return *column;
    throw UserError(place + (kind == TableColumn::Kind::text ? ": must hold text" : ": must hold numbers"));
  }
  for (const auto& line : table.left_out)
    if (line.compare(0, name.size() + 2, name + ": ") == 0)
      throw UserError(place + ": " + line.substr(name.size() + 2));
  throw UserError(place + ": missing");
}

std::vector<hsize_t> row_ends(const NwbFile& nwb, const RecordedTable& table, const std::string& column, hsize_t size) {
  const auto path = place_in(table.path, column + "_index");
  if (!nwb.file().has(path, Place::dataset))
    throw UserError(
        fmt::format("{}: missing; it says which values of {} belong to which row", nwb.file().where(path), column));
  const auto index = nwb.file().dataset(path);
  if (!index.has_axes(1) || index.rows() != table.id.size())
    throw UserError(
        fmt::format("{}: has {} values, but the table has {} rows", index.where(), index.rows(), table.id.size()));
  std::vector<hsize_t> ends = {0};
  for (const double end : index.numbers()) {
    if (!(end >= static_cast<double>(ends.back()) && end <= static_cast<double>(size)) || end != std::floor(end))
      throw UserError(fmt::format("{}: row {} ends at {}; must rise, to at most the {} values of {}", index.where(),
                                  ends.size() - 1, end, size, column));
    ends.push_back(static_cast<hsize_t>(end));
  }
  return ends;
}

std::vector<TimeInterval> disjoint(std::vector<TimeInterval> intervals) {
  std::sort(intervals.begin(), intervals.end(), [](const auto& a, const auto& b) { return a.from_s < b.from_s; });
  std::vector<TimeInterval> merged;
  for (const auto& each : intervals) {
    if (!merged.empty() && each.from_s <= merged.back().to_s)
      merged.back().to_s = std::max(merged.back().to_s, each.to_s);
    else
      merged.push_back(each);
  }
  return merged;
}

}  // namespace stillpoint
