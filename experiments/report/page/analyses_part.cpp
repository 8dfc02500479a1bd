#include "experiments/report/page/analyses_part.hpp"

#include <fmt/format.h>

#include "experiments/options/message.hpp"
#include "experiments/report/page/notices.hpp"
#include "experiments/report/page/option_maps.hpp"
#include "experiments/report/page/page_table.hpp"
#include "experiments/report/page/page_text.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

using Cell = PageTable::Cell;

/// Columns of a value with its interval, of which one is shown.
void add_estimate(std::vector<Cell>& row, const Json& value, const Json& interval) {
  std::string text;
  if (!value.is_null()) text = fmt::format("{:.4g}", value.get<double>());
  if (!interval.is_null())
    text += fmt::format(" [{:.4g}, {:.4g}]", interval[0].get<double>(), interval[1].get<double>());
  row.insert(row.end(),
             {{value, text}, {interval.is_null() ? Json() : interval[0]}, {interval.is_null() ? Json() : interval[1]}});
}

std::string label_of(const Json& all, const Json& number) {
  for (const auto& condition : all["conditions"])
    if (condition["number"] == number) return condition["label"].get<std::string>();
  return number.dump();
}

PageTable means_table(const Json& all, const std::string& id) {
  PageTable table{id,
                  "Means over networks",
                  {{"number", "#", ""}, {"condition", "condition", ""}, {"networks", "networks", ""}},
                  {}};
  for (const auto& number : all["numbers"]) {
    const auto name = number["name"].get<std::string>();
    table.columns.insert(table.columns.end(), {{name, name, number["unit"].get<std::string>()},
                                               {name + "_low", "", ""},
                                               {name + "_high", "", ""},
                                               {name + "_median", "", ""},
                                               {name + "_undefined", "", ""}});
  }
  for (const auto& condition : all["conditions"]) {
    std::vector<Cell> row{{condition["number"]}, {condition["label"]}, {condition["networks"]}};
    for (const auto& number : all["numbers"]) {
      const auto& of = condition["numbers"][number["name"].get<std::string>()];
      add_estimate(row, of["mean"], of["interval"]);
      row.insert(row.end(), {{of["median"]}, {of["undefined"]}});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

PageTable paired_table(const Json& all, const std::string& id) {
  PageTable table{id,
                  "Paired differences",
                  {{"condition", "condition", ""},
                   {"against", "against", ""},
                   {"number", "number", ""},
                   {"pairs", "pairs", ""},
                   {"difference", "difference", "95 %"},
                   {"low", "", ""},
                   {"high", "", ""},
                   {"p", "p", ""},
                   {"p_holm", "p (Holm)", ""}},
                  {}};
  const auto p = [](const Json& value) {
    return Cell{value, value.is_null() ? "" : fmt::format("{:.2g}", value.get<double>())};
  };
  for (const auto& each : all["paired"]) {
    std::vector<Cell> row{
        {label_of(all, each["condition"])}, {label_of(all, each["against"])}, {each["number"]}, {each["pairs"]}};
    add_estimate(row, each["mean"], each["interval"]);
    row.insert(row.end(), {p(each["p"]), p(each["p_holm"])});
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// "exponents = 10, dt_ms = 5"
std::string options_text(const Json& options) {
  std::string text;
  for (const auto& [name, value] : options.items())
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name,
                        value.is_string() ? value.get<std::string>() : value.dump());
  return text;
}

std::string networks_html(const NetworkComparison& compared, std::size_t number, Json& tables) {
  const auto all = network_json(compared);
  auto html = element("h3", fmt::format("All networks: {}", compared.analysis.kind));
  std::string says = "By `stillpoint analyze " + compared.analysis.kind + "`";
  if (const auto options = options_text(compared.analysis.options); !options.empty()) says += ", " + options;
  std::vector<std::string> left_out = all["left_out"];
  if (!left_out.empty()) says += fmt::format("; left out, where a network has it: {}", fmt::join(left_out, ", "));
  html += element("p",
                  says +
                      ". Means with 95 % intervals, Student's t, of shares Wilson's; none where fewer than two "
                      "have a value or all have the same.",
                  "class=\"fine\"");
  for (const auto& [table, id] : {std::pair(means_table(all, fmt::format("networks-{}", number)), 0),
                                  std::pair(paired_table(all, fmt::format("networks-{}-paired", number)), 1)}) {
    if (table.rows.empty()) continue;
    html += table_html(table);
    tables[table.id] = table_json(table);
  }
  std::size_t missing = all["not_analysed"].size();
  if (missing > 0)
    html += notice(fmt::format("{} not in this table: {}",
                               missing == 1 ? "1 network is" : fmt::format("{} networks are", missing),
                               all["not_analysed"][0]["problem"].get<std::string>()));
  for (const auto& hint : all["hints"])
    html += notice(fmt::format("Of {}, {} networks: {}", label_of(all, hint["condition"]), hint["networks"].get<long>(),
                               hint["hint"].get<std::string>()));
  return html;
}

std::string result_html(const ResultBeside& result, Json& tables) {
  auto html = element("h3", printable(result.path));
  if (!result.says.empty()) html += element("p", result.says);
  return html + panels_html(result.panels, tables);
}

}  // namespace

std::string panels_html(const std::vector<ResultPanel>& panels, Json& tables) {
  if (panels.empty()) return "";
  std::vector<StudyPanel> drawn;
  for (const auto& [panel, table] : panels) {
    drawn.push_back(panel);
    tables[panel.table] = table;
  }
  return "<div class=\"figures\">\n" + figures_html(drawn) + "</div>\n";
}

std::vector<ResultPanel> further_panels(const StudyPage& page, std::vector<std::string>& notes) {
  auto panels = option_maps(page.study, notes);
  for (auto& panel : alignment_panels(page.alignment, page.study.study)) panels.push_back(std::move(panel));
  return panels;
}

std::vector<NetworkComparison> compared_networks(const std::string& directory, const StudyRecord& study,
                                                 const ComparisonRequest& request,
                                                 const std::vector<NetworkAnalysis>& analyses,
                                                 std::vector<std::string>& notes) {
  std::vector<NetworkComparison> all;
  for (const auto& analysis : analyses) try {
      auto networks = analyse_networks(study, directory, analysis, 1, true);
      all.push_back(compare_networks(study, analysis, std::move(networks), request));
    } catch (const UserError& problem) {
      notes.push_back(problem.what());
    }
  return all;
}

std::string analyses_html(const StudyPage& page, Json& tables) {
  std::string html;
  for (std::size_t i = 0; i < page.networks.size(); ++i) html += networks_html(page.networks[i], i + 1, tables);
  for (const auto& result : page.results.results) html += result_html(result, tables);
  html += figures_beside_html(page.beside);
  for (const auto& note : page.results.notes) html += notice(printable(note));
  return html.empty() ? "" : "<section id=\"analyses\">\n<h2>Analyses</h2>\n" + html + "</section>\n";
}

}  // namespace stillpoint
