#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "experiments/results/curve_table.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

using Document = nlohmann::ordered_json;
using Columns = std::vector<std::vector<double>>;

/// NaN and Infinity, as Python writes them, by what JSON has.
std::string without_words_of_python(const std::string& text) {
  if (text.find("NaN") == std::string::npos && text.find("Infinity") == std::string::npos) return text;
  std::string made;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto is = [&](const char* word) {
      return !quoted && text.compare(i, std::char_traits<char>::length(word), word) == 0;
    };
    if (is("NaN")) {
      made += "null";
      i += 2;
    } else if (is("Infinity")) {
      made += "\"inf\"";
      i += 7;
    } else if (is("-Infinity")) {
      made += "\"-inf\"";
      i += 8;
    } else {
      if (quoted && text[i] == '\\' && i + 1 < text.size())
        made += text[i++];
      else if (text[i] == '"')
        quoted = !quoted;
      made += text[i];
    }
  }
  return made;
}

/// Throws UserError of `where` for text that is no JSON or nested as no curve is.
Document document_of(const std::string& text, const std::string& where) {
  constexpr int deepest = 32;
  try {
    return Document::parse(text, [&](int depth, Document::parse_event_t, Document&) {
      if (depth > deepest) throw UserError(where + ": is JSON, but nested too deeply for a learning curve");
      return true;
    });
  } catch (const nlohmann::json::exception&) {
    throw UserError(where + ": is damaged: is no JSON");
  }
}

double number_in(const Document& value, const std::string& where) {
  if (value.is_number()) return value.get<double>();
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  return number_in_cell(value.is_string()
                            ? value.get<std::string>()
                            : value.dump(-1, ' ', false, Document::error_handler_t::replace).substr(0, 40),
                        where);
}

/// Rows as objects, one after the other: what names they have, and their numbers.
class ObjectRows {
 public:
  explicit ObjectRows(std::string path) : path_(std::move(path)) {}

  void see(const Document& row) {
    for (const auto& [name, value] : row.items())
      if (!value.is_structured() && places_.try_emplace(name, names_.size()).second) names_.push_back(name);
    require_columns(names_.size(), path_);
  }
  void take(const Document& row, const std::string& where, const std::vector<std::size_t>& columns,
            Columns& values) const {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto found = row.find(names_[columns[c]]);
      values[c].push_back(found == row.end() ? std::numeric_limits<double>::quiet_NaN()
                                             : number_in(*found, fmt::format("{}: {}", where, names_[columns[c]])));
    }
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::string path_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> places_;
};

/// Calls `take` with each line's object and with what it is called in messages.
template <class Take>
void each_line(const std::string& text, const std::string& path, Take&& take) {
  long number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = boost::trim_copy(text.substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.empty()) continue;
    const auto where = fmt::format("{}: line {}", path, number);
    const auto row = document_of(line, where);
    if (!row.is_object()) throw UserError(where + ": must be an object of JSON, as the lines before it");
    take(row, where);
  }
}

CurveTable lines_table(std::string text, const std::string& path) {
  ObjectRows rows(path);
  each_line(text, path, [&](const Document& row, const std::string&) { rows.see(row); });
  const auto names = rows.names();
  return {names, true, [rows, path, text = std::move(text)](const auto& columns) {
            Columns values(columns.size());
            each_line(text, path,
                      [&](const Document& row, const std::string& where) { rows.take(row, where, columns, values); });
            return values;
          }};
}

std::string entry(const std::string& path, std::size_t i) { return fmt::format("{}: entry {}", path, i + 1); }

CurveTable objects_table(std::shared_ptr<const Document> list, const std::string& path) {
  ObjectRows rows(path);
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!(*list)[i].is_object()) throw UserError(entry(path, i) + ": must be an object of JSON, as those before it");
    rows.see((*list)[i]);
  }
  const auto names = rows.names();
  return {names, true, [rows, path, list](const auto& columns) {
            Columns values(columns.size());
            for (std::size_t i = 0; i < list->size(); ++i) rows.take((*list)[i], entry(path, i), columns, values);
            return values;
          }};
}

CurveTable lists_table(std::shared_ptr<const Document> list, const std::string& path) {
  const auto size = list->front().size();
  require_columns(size, path);
  for (std::size_t i = 0; i < list->size(); ++i)
    require_parameter((*list)[i].is_array() && (*list)[i].size() == size, entry(path, i),
                      fmt::format("{} values", (*list)[i].size()), fmt::format("must be a list of {}", size));
  return {numbered(size), false, [path, list](const auto& columns) {
            Columns values(columns.size());
            for (std::size_t i = 0; i < list->size(); ++i)
              for (std::size_t c = 0; c < columns.size(); ++c)
                values[c].push_back(number_in((*list)[i][columns[c]], entry(path, i)));
            return values;
          }};
}

/// An object of columns: lists, or objects of rows as a DataFrame writes them. Other entries are no columns.
CurveTable columns_table(std::shared_ptr<const Document> object, const std::string& path) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object->items())
    if (value.is_structured()) names.push_back(name);
  if (names.empty()) throw UserError(path + ": is JSON, but holds no list of rows and no columns");
  require_columns(names.size(), path);
  return {names, true, [names, path, object](const auto& columns) {
            Columns values(columns.size());
            for (std::size_t c = 0; c < columns.size(); ++c)
              for (const auto& value : object->at(names[columns[c]]))
                values[c].push_back(number_in(value, fmt::format("{}: {}", path, names[columns[c]])));
            return values;
          }};
}

}  // namespace

CurveTable json_table(std::string text, const std::string& path) {
  text = without_words_of_python(text);
  const auto begin = text.find_first_not_of(" \t\r\n"), end = std::min(text.find('\n', begin), text.size());
  if (text.find_first_not_of(" \t\r\n", end) != std::string::npos && text[begin] == '{' &&
      Document::accept(text.begin() + static_cast<std::ptrdiff_t>(begin),
                       text.begin() + static_cast<std::ptrdiff_t>(end)))
    return lines_table(std::move(text), path);
  constexpr std::size_t most = std::size_t{1} << 26;
  if (text.size() > most)
    throw UserError(
        fmt::format("{}: is one document of JSON longer than {} MB; write one object to a line", path, most >> 20));
  auto document = std::make_shared<const Document>(document_of(text, path));
  if (document->is_object() && document->contains("log_history")) {
    auto history = (*document)["log_history"];
    document = std::make_shared<const Document>(std::move(history));
    if (!document->is_array()) throw UserError(path + ": log_history: must be a list");
  }
  if (document->is_object()) return columns_table(document, path);
  if (document->empty()) throw UserError(path + ": is an empty list");
  if (document->front().is_object()) return objects_table(document, path);
  if (document->front().is_array() && !document->front().empty()) return lists_table(document, path);
  return {{"1"}, false, [document, path](const auto&) {
            Columns values(1);
            for (std::size_t i = 0; i < document->size(); ++i)
              values[0].push_back(number_in((*document)[i], entry(path, i)));
            return values;
          }};
}

}  // namespace stillpoint
