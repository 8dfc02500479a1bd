#include "experiments/results/curve_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>

#include "experiments/results/curve_table.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/text_file.hpp"
#include "sim/files/hdf5.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

CurveTable run_table(const std::string& path) {
  const auto file = std::make_shared<const hdf5::ReadFile>(path);
  const auto& root = file->root();
  require_parameter(root.has("curve"), path, "no group /curve", "must be a run file or a table");
  if (root.has_attribute("outcome")) require_finished(root);
  const auto names = root.group("curve").members();
  return {names, true, [file, names](const auto& columns) {
            std::vector<std::vector<double>> values;
            for (const auto c : columns) values.push_back(file->root().group("curve").vector(names[c]));
            return values;
          }};
}

CurveTable table_of_text(std::string text, const std::string& path) {
  const auto first = text.find_first_not_of(" \t\r\n", text.rfind("\xEF\xBB\xBF", 0) == 0 ? 3 : 0);
  if (first == std::string::npos || (text[first] != '{' && text[first] != '['))
    return text_table(std::move(text), path);
  return json_table(text.substr(first), path);
}

/// Rows that have a step and a value, by step; the last of those with one step.
void take_rows(const std::vector<double>& update, const std::vector<std::vector<double>>& columns, CurveFile& into) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < update.size(); ++i)
    if (!std::isnan(update[i]) && !std::isnan(columns.front()[i])) rows.push_back(i);
  into.left_out = static_cast<Index>(update.size() - rows.size());
  const auto earlier = [&](std::size_t a, std::size_t b) { return update[a] < update[b]; };
  into.sorted = !std::is_sorted(rows.begin(), rows.end(), earlier);
  std::stable_sort(rows.begin(), rows.end(), earlier);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + 1 < rows.size() && update[rows[i]] == update[rows[i + 1]]) {
      ++into.repeated;
      continue;
    }
    into.curve.update.push_back(update[rows[i]]);
    into.curve.loss.push_back(columns[0][rows[i]]);
    if (columns.size() > 1) into.curve.accuracy.push_back(columns[1][rows[i]]);
  }
}

}  // namespace

CurveFile read_curve(const std::string& path, const CurveChoice& choice) {
  std::string start(8, '\0');
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) std::ifstream(path, std::ios::binary).read(start.data(), 8);
  const bool is_run = start == "\x89HDF\r\n\x1a\n";
  const bool is_numpy = start.rfind("\x93NUMPY", 0) == 0 || start.rfind("PK\x03\x04", 0) == 0;
  const auto table = is_run     ? run_table(path)
                     : is_numpy ? numpy_table(read_bytes(path), path)
                                : table_of_text(read_text(path), path);
  const auto chosen = choose_columns(table.names, table.named, choice, path);
  std::vector<std::size_t> places = {chosen.value};
  if (chosen.accuracy) places.push_back(*chosen.accuracy);
  if (chosen.update) places.push_back(*chosen.update);
  auto columns = table.read(places);

  const auto name = [&](std::size_t place) {
    const auto& own = table.names[place];
    return own.empty() ? "(no name)" : table.named ? own : "column " + own;
  };
  CurveFile found;
  found.value = name(chosen.value);
  found.update = chosen.update ? name(*chosen.update) : "rows";
  if (chosen.accuracy) found.accuracy = name(*chosen.accuracy);
  found.guessed = chosen.guessed;
  if (table.named) found.curve.name = found.value;
  found.curve.step = !chosen.update ? "row" : table.named ? found.update : "step";
  std::vector<double> update(columns.front().size());
  std::iota(update.begin(), update.end(), 0.0);
  if (chosen.update) {
    update = std::move(columns.back());
    columns.pop_back();
  }
  for (std::size_t c = 0; c < columns.size(); ++c)
    require_parameter(columns[c].size() == update.size(), path + ": " + table.names[places[c]],
                      fmt::format("{} values", columns[c].size()),
                      fmt::format("must be {}, as many as in {}", update.size(), found.update));
  if (is_run) {
    found.curve.update = std::move(update);
    found.curve.loss = std::move(columns[0]);
    if (chosen.accuracy) found.curve.accuracy = std::move(columns[1]);
    return found;
  }
  take_rows(update, columns, found);
  const auto rows = found.curve.update.size() + static_cast<std::size_t>(found.repeated);
  require_parameter(found.repeated == 0 || 2 * found.curve.update.size() > rows, path + ": " + found.update,
                    fmt::format("{} steps in {} rows", found.curve.update.size(), rows),
                    "are not the steps of one run; choose others by --update, or count the rows by --update rows");
  require_parameter(!found.curve.loss.empty() || update.empty(), path + ": " + found.value, "no number",
                    fmt::format("none of {} rows has a number there and in {}; choose by --column, --update",
                                update.size(), found.update));
  return found;
}

std::string CurveFile::text() const {
  auto made = fmt::format("columns  {} and {}{}\n", update, value,
                          guessed ? " (guessed; --update, --column choose others)" : "");
  std::vector<std::string> done;
  if (left_out > 0) done.push_back(fmt::format("{} without a number left out", left_out));
  if (repeated > 0) done.push_back(fmt::format("{} of a step that comes again left out, the last counts", repeated));
  if (sorted) done.push_back("sorted by step");
  if (!done.empty()) made += fmt::format("rows     {}\n", fmt::join(done, "; "));
  return made;
}

nlohmann::ordered_json CurveFile::json() const {
  return {{"update", update},
          {"value", value},
          {"accuracy", accuracy.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(accuracy)},
          {"guessed", guessed},
          {"rows_left_out", left_out},
          {"rows_repeated", repeated},
          {"rows_sorted", sorted}};
}

}  // namespace stillpoint
