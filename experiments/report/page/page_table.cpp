#include "experiments/report/page/page_table.hpp"

#include <fmt/format.h>

#include "experiments/report/page/page_text.hpp"

namespace stillpoint {

namespace {

std::string cell_text(const PageTable::Cell& cell) {
  if (!cell.text.empty()) return cell.text;
  if (cell.value.is_null()) return "–";
  return cell.value.is_string() ? cell.value.get<std::string>() : cell.value.dump();
}

/// For sorting: the number, or the text.
std::string sort_attribute(const PageTable::Cell& cell) {
  const auto value = cell.value.is_null()     ? std::string()
                     : cell.value.is_string() ? cell.value.get<std::string>()
                                              : cell.value.dump();
  return fmt::format("data-value=\"{}\"{}", markup(value), !cell.value.is_string() ? " class=\"number\"" : "");
}

}  // namespace

std::string table_html(const PageTable& table) {
  std::string text = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<table id=\"{1}\" "
      "class=\"sortable\">\n<caption>{0}</caption>\n<thead><tr>\n",
      markup(table.caption), table.id);
  std::string meanings;
  for (const auto& column : table.columns) {
    if (column.name.empty()) continue;
    const auto unit = column.unit.empty() ? "" : fmt::format(" <span class=\"unit\">[{}]</span>", markup(column.unit));
    text += fmt::format("<th scope=\"col\"><button type=\"button\" class=\"sort\">{}{}</button></th>\n",
                        markup(column.name), unit);
    if (!column.meaning.empty())
      meanings += "<div>" + element("dt", column.name) + element("dd", column.meaning) + "</div>\n";
  }
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      if (!table.columns[i].name.empty()) text += element("td", cell_text(row[i]), sort_attribute(row[i]));
    text += "</tr>\n";
  }
  text += "</tbody>\n</table>\n</div>\n";
  text += fmt::format("<p class=\"tools\"><button type=\"button\" data-csv=\"{}\">Download as CSV</button></p>\n",
                      table.id);
  if (!meanings.empty())
    text += "<details><summary>What the columns mean</summary>\n<dl>\n" + meanings + "</dl>\n</details>\n";
  return text;
}

Json table_json(const PageTable& table) {
  Json columns = Json::array(), rows = Json::array();
  for (const auto& column : table.columns) columns.push_back(column.key);
  for (const auto& row : table.rows) {
    Json values = Json::array();
    for (const auto& cell : row) values.push_back(cell.value);
    rows.push_back(std::move(values));
  }
  return {{"columns", columns}, {"rows", rows}};
}

}  // namespace stillpoint
