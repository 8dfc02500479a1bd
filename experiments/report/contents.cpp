#include "experiments/report/contents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "experiments/options/message.hpp"
#include "experiments/report/text_table.hpp"

namespace stillpoint {

namespace {

/// A column of more values than these is said by its range.
constexpr std::size_t most_values_shown = 8;

/// So much of a text at most, whole characters (UTF-8).
std::string cut(const std::string& text, std::size_t most) {
  auto length = std::min(text.size(), most);
  while (length > 0 && length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return text.substr(0, length);
}

/// How often a column has each value, by its number (0 of text) and as it is shown.
std::map<std::pair<double, std::string>, Index> counts_of(const TableColumn& column, Index rows) {
  std::map<std::pair<double, std::string>, Index> counts;
  for (Index row = 0; row < rows; ++row) {
    const double number = column.kind == TableColumn::Kind::text ? 0 : column.numbers[static_cast<std::size_t>(row)];
    const auto text = column.shown(row);
    if (!text.empty()) ++counts[{number, text}];
  }
  return counts;
}

std::string kind_of(const TableColumn& column) {
  return column.kind == TableColumn::Kind::number ? "number"
         : column.kind == TableColumn::Kind::text ? "text"
                                                  : "truth";
}

/// Of texts, how many there are and which come most often.
std::string many_texts(const std::map<std::pair<double, std::string>, Index>& counts) {
  constexpr std::size_t named = 3, longest = 40;
  std::vector<std::pair<Index, std::string>> order;
  for (const auto& [value, count] : counts) order.emplace_back(-count, value.second);
  std::sort(order.begin(), order.end());
  auto words = fmt::format("{} different", counts.size());
  if (order.front().first == -1) return words;
  for (std::size_t i = 0; i < named; ++i) {
    const auto begun = cut(order[i].second, longest);
    words += fmt::format("{}{}{} ({})", i == 0 ? ", most often " : ", ", begun,
                         begun.size() < order[i].second.size() ? ".." : "", -order[i].first);
  }
  return words;
}

std::string values_in_words(const TableColumn& column, Index rows) {
  const auto counts = counts_of(column, rows);
  Index given = 0;
  std::string words;
  for (const auto& [value, count] : counts) {
    given += count;
    words += fmt::format("{}{} ({})", words.empty() ? "" : ", ", value.second, count);
  }
  if (counts.size() > most_values_shown)
    words = column.kind == TableColumn::Kind::number
                ? fmt::format("{} to {}", counts.begin()->first.second, counts.rbegin()->first.second)
                : many_texts(counts);
  return given == rows ? words : fmt::format("{}{}without ({})", words, words.empty() ? "" : ", ", rows - given);
}

Json table_json(const RecordedTable& table) {
  Json json = {{"path", table.path}, {"rows", table.rows()}, {"columns", Json::array()}};
  for (const auto& column : table.columns) {
    Json each = {{"name", column.name}, {"kind", kind_of(column)}, {"description", column.description}};
    const auto counts = counts_of(column, table.rows());
    each["different"] = counts.size();
    if (column.kind == TableColumn::Kind::number && !counts.empty())
      each["range"] = {counts.begin()->first.first, counts.rbegin()->first.first};
    if (counts.size() <= most_values_shown)
      for (const auto& [value, count] : counts) each["values"].push_back({{"value", value.second}, {"rows", count}});
    json["columns"].push_back(each);
  }
  json["left_out"] = table.left_out;
  return json;
}

std::string columns_text(const RecordedTable& table) {
  Rows rows = {{"  column", "kind", "values", ""}};
  for (const auto& column : table.columns)
    rows.push_back({"  " + column.name, kind_of(column), values_in_words(column, table.rows()), column.description});
  auto text = table.columns.empty() ? "" : aligned(rows, 4);
  for (const auto& line : table.left_out) text += "  not read: " + printable(line) + "\n";
  return text;
}

Index spikes_of(const Recording& recording, const std::vector<Index>& units) {
  Index spikes = 0;
  for (const auto unit : units) spikes += recording.spikes(unit);
  return spikes;
}

/// Units by area, else by electrode group; all together where neither is known.
std::map<std::string, std::vector<Index>> units_by_place(const Recording& recording, std::string& of) {
  const auto& units = recording.units();
  const TableColumn* column = nullptr;
  for (const auto* name : {"location", "electrode_group", "probe"})
    if (!column) column = units.find(name);
  of = column ? column->name : "";
  std::map<std::string, std::vector<Index>> places;
  for (Index unit = 0; unit < units.rows(); ++unit) places[column ? column->shown(unit) : ""].push_back(unit);
  return places;
}

std::string units_text(const Recording& recording) {
  const auto& units = recording.units();
  if (units.path.empty()) return "units: none\n";
  std::string of;
  const auto places = units_by_place(recording, of);
  std::vector<Index> all(static_cast<std::size_t>(units.rows()));
  std::iota(all.begin(), all.end(), Index{0});
  auto text =
      fmt::format("units: {} in {}, {} spikes\n", units.rows(), printable(units.path), spikes_of(recording, all));
  Rows rows = {{"  " + of, "units", "spikes"}};
  for (const auto& [place, members] : places)
    rows.push_back({"  " + (place.empty() ? "-" : place), fmt::format("{}", members.size()),
                    fmt::format("{}", spikes_of(recording, members))});
  if (!of.empty()) text += aligned(rows, 1);
  return text + columns_text(units);
}

std::pair<double, double> times_of(const RecordedTable& trials) {
  double from = std::numeric_limits<double>::infinity(), to = -from;
  for (const double time : trials.find("start_time")->numbers) from = std::fmin(from, time);
  for (const double time : trials.find("stop_time")->numbers) to = std::fmax(to, time);
  return {from, to};
}

std::string trials_text(const Recording& recording) {
  const auto& trials = recording.trials();
  if (trials.path.empty()) return "trials: none\n";
  auto text = fmt::format("trials: {} in {}", trials.rows(), printable(trials.path));
  if (trials.rows() > 0) {
    const auto [from, to] = times_of(trials);
    text += fmt::format(", from {:g} to {:g} s", from, to);
  }
  return text + "\n" + columns_text(trials);
}

std::string intervals_text(const Recording& recording) {
  std::string text;
  for (const auto& [name, rows] : recording.intervals())
    text += fmt::format("{}{} ({})", text.empty() ? "other intervals: " : ", ", printable(name), rows);
  return text.empty() ? "" : text + "; --trials takes one of them for the trials\n";
}

std::string series_text(const Recording& recording) {
  if (recording.series().empty()) return "series: none\n";
  Rows rows = {{"  series", "type", "unit", "samples", "channels", "Hz", "from s", "to s"}};
  for (const auto& each : recording.series())
    rows.push_back({"  " + each.path, each.type, each.unit, fmt::format("{}", each.samples),
                    fmt::format("{}", each.channels), each.rate_hz ? fmt::format("{:g}", *each.rate_hz) : "timestamps",
                    fmt::format("{:g}", each.from_s), fmt::format("{:g}", each.to_s)});
  return aligned(rows, 3);
}

/// What of a long text stands in a list; the whole of it is in the JSON.
std::string beginning(const std::string& text) {
  constexpr std::size_t most = 200;
  const auto begun = cut(text, std::min(text.find('\n'), most));
  if (begun == text) return printable(text);
  return printable(begun) + fmt::format(" .. ({} bytes, all of them with --json)", text.size());
}

}  // namespace

std::string contents_of(const Recording& recording) {
  auto text = fmt::format("{}: NWB {}\n", recording.file(), printable(recording.nwb_version()));
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) text += fmt::format("  {}: {}\n", printable(name), beginning(value));
  };
  add("session", recording.description());
  add("identifier", recording.identifier());
  add("start", recording.start_time());
  add("subject", recording.subject());
  for (const auto& [name, value] : recording.about()) add(name, value);
  text += units_text(recording) + trials_text(recording) + intervals_text(recording);
  double invalid = 0;
  for (const auto& each : recording.invalid()) invalid += each.to_s - each.from_s;
  if (!recording.invalid().empty())
    text += fmt::format("invalid times: {:g} s in {} intervals\n", invalid, recording.invalid().size());
  text += series_text(recording);
  for (const auto& line : recording.left_out()) text += "not read: " + printable(line) + "\n";
  return text;
}

Json contents_json(const Recording& recording) {
  Json json = {{"kind", "recording"},
               {"file", recording.file()},
               {"nwb_version", recording.nwb_version()},
               {"identifier", recording.identifier()},
               {"description", recording.description()},
               {"start_time", recording.start_time()},
               {"subject", recording.subject()},
               {"about", Json::object()}};
  for (const auto& [name, value] : recording.about()) json["about"][name] = value;
  auto& units = json["units"] = table_json(recording.units());
  units["id"] = recording.units().id;
  units["spikes"] = Json::array();
  for (Index unit = 0; unit < recording.units().rows(); ++unit) units["spikes"].push_back(recording.spikes(unit));
  json["trials"] = table_json(recording.trials());
  json["intervals"] = Json::array();
  for (const auto& [name, rows] : recording.intervals()) json["intervals"].push_back({{"name", name}, {"rows", rows}});
  json["invalid_s"] = Json::array();
  for (const auto& each : recording.invalid()) json["invalid_s"].push_back({each.from_s, each.to_s});
  json["series"] = Json::array();
  for (const auto& each : recording.series())
    json["series"].push_back({{"path", each.path},
                              {"type", each.type},
                              {"description", each.description},
                              {"unit", each.unit},
                              {"table", each.table},
                              {"samples", each.samples},
                              {"channels", each.channels},
                              {"rate_hz", number_or_null(each.rate_hz)},
                              {"from_s", each.from_s},
                              {"to_s", each.to_s}});
  json["left_out"] = recording.left_out();
  return json;
}

}  // namespace stillpoint
