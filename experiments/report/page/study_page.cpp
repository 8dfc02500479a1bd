#include "experiments/report/page/study_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "experiments/options/message.hpp"
#include "experiments/report/page/analyses_part.hpp"
#include "experiments/report/page/findings.hpp"
#include "experiments/report/page/notices.hpp"
#include "experiments/report/page/page_files.hpp"
#include "experiments/report/page/page_table.hpp"
#include "experiments/report/page/page_text.hpp"
#include "experiments/report/page/portrait_panels.hpp"
#include "experiments/report/page/provenance.hpp"
#include "experiments/report/page/study_maps.hpp"
#include "experiments/report/page/study_panels.hpp"
#include "experiments/report/pdf.hpp"
#include "experiments/report/restructuring_figure.hpp"
#include "experiments/report/summary.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/study/study_directory.hpp"

namespace stillpoint {

namespace {

constexpr std::size_t most_single_runs = 400;  // whose curves a page holds

std::size_t single_runs_of(const StudyRecord& study) {
  return most_single_runs / std::max<std::size_t>(1, study.conditions.size());
}

/// The value of an option in every run; "" where runs differ in it.
std::string common_value(const StudyRecord& study, const std::string& option) {
  std::set<std::string> values;
  for (const auto& condition : study.conditions)
    for (const auto& run : condition.runs)
      if (const auto at = run.options->find(option); at != run.options->end()) values.insert(at->second);
  return values.size() == 1 ? *values.begin() : "";
}

/// What it is to reach criterion.
std::string criterion_text(const StudyRecord& study) {
  const auto accuracy = common_value(study, "training.criterion"),
             error = common_value(study, "training.criterion_mse");
  if (accuracy.empty() || error.empty()) return "";
  return fmt::format(
      "Criterion: an accuracy of {} (tasks graded by error: a mean squared error of {}), both as the running average "
      "(.9) "
      "in training and on 512 evaluation trials. ",
      accuracy, error);
}

std::string findings_html(const StudyPage& page) {
  constexpr std::size_t most = 24;
  const auto all = findings(page.study);
  std::string html;
  if (const auto text = overview(all, page.study); !text.empty()) html += element("p", text);
  for (std::size_t i = 0; i < std::min(all.size(), most); ++i)
    html += "<article>" + element("h3", all[i].question) + element("p", all[i].answer) + "</article>\n";
  if (all.size() > most) html += notice(fmt::format("{} more are in the table of comparisons.", all.size() - most));
  std::string brackets = criterion_text(page.study.study) + "Brackets: intervals of 95 %, each by itself.";
  if (page.study.count > 1)
    brackets +=
        " p-values are corrected for the number of comparisons, those of shares and those of updates each among "
        "themselves: where nothing differs, at most one study in 20 says so of shares, and one of updates.";
  html += element("p", brackets, "class=\"fine\"");
  return html;
}

std::string svg_of(const StudyPanel& panel) {
  Svg svg(panel.width, panel.height, panel.title + ". " + panel.caption, Svg::Place::page, panel.title);
  panel.draw(svg);
  return svg.str();
}

std::string legend_html(const StudyRecord& study) {
  std::string html = "<div class=\"legend\" role=\"group\" aria-label=\"Conditions shown\">\n";
  for (const auto& [i, stroke] : page_series(study)) {
    Svg sample(24, 8, study.conditions[i].name(), Svg::Place::page);
    sample.line({0, 4}, {24, 4}, {stroke.colour, 2, stroke.dash});
    html += fmt::format("<button type=\"button\" aria-pressed=\"true\" data-toggle=\"{}\">", i) + sample.str() +
            markup(study.conditions[i].name()) + "</button>\n";
  }
  return html + "</div>\n";
}

}  // namespace

std::vector<StudyPanel> all_panels(const StudyPage& page, const CurvePanels& curves, double width) {
  auto panels = study_panels(page.study, curves, single_runs_of(page.study.study), width);
  const auto add = [&](std::vector<StudyPanel> more) {
    panels.insert(panels.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  add(study_maps(page.study, width));
  add(alignment_panels(page.alignments, page.study, width));
  if (auto timeline = timeline_panel(page.timelines, page.study.study, width)) panels.push_back(std::move(*timeline));
  return panels;
}

std::string figures_html(const std::vector<StudyPanel>& panels) {
  std::string html;
  for (auto first = panels.begin(); first != panels.end();) {
    const auto end = std::find_if(first, panels.end(),
                                  [&](const auto& each) { return each.title != first->title || each.axis.empty(); });
    const auto next = end == first ? first + 1 : end;
    const bool choice = next - first > 1,
               wide = first->width > 1.5 * column_width;  // which scrolls where there is no room for it
    html += fmt::format("<figure id=\"{}\"{}>\n", markup(first->name), wide ? " class=\"wide\"" : "") +
            element("h3", first->title);
    if (choice) {
      html += "<p class=\"tools\" role=\"group\" aria-label=\"Axis\">";
      for (auto each = first; each != next; ++each)
        html += fmt::format("<button type=\"button\" data-axis=\"{0}\" aria-pressed=\"{1}\">{0}</button>",
                            markup(each->axis), each == first);
      html += "</p>\n";
    }
    for (auto each = first; each != next; ++each)
      html += fmt::format(
                  "<div class=\"panel\" data-name=\"{}\"{}{}>\n", markup(each->name), each == first ? "" : " hidden",
                  wide ? fmt::format(" tabindex=\"0\" role=\"region\" aria-label=\"{}\"", markup(each->title)) : "") +
              svg_of(*each) + "</div>\n";
    html +=
        element("figcaption", first->caption) +
        fmt::format(
            "<p class=\"tools\"><button type=\"button\" data-svg>Download as SVG</button>"
            "<button type=\"button\" data-csv=\"{}\">Numbers as CSV</button>{}</p>\n</figure>\n",
            first->table,
            first->table == "curves" ? "<button type=\"button\" data-csv=\"single_curves\">Single runs as CSV</button>"
                                     : "");
    first = next;
  }
  return html;
}

namespace {

std::string portraits_html(const std::vector<Portrait>& portraits, const StudyRecord& study, Json& tables) {
  std::string html;
  const bool any =
      std::any_of(portraits.begin(), portraits.end(), [](const auto& each) { return !each.moments.empty(); });
  if (any) html += portrait_part();
  for (const auto& portrait : portraits)
    if (!portrait.note.empty()) html += notice(fmt::format("{}: {}", portrait.label, portrait.note));
  html += spectra_html(portraits);
  std::vector<ResultPanel> neurons;
  for (const auto& portrait : portraits)
    for (auto& panel : neuron_panels(portrait)) neurons.push_back(std::move(panel));
  html += panels_html(neurons, tables);
  if (study.conditions.size() > portraits.size())
    html += notice(
        fmt::format("Portraits are of the first {} conditions of {}.", portraits.size(), study.conditions.size()));
  return html;
}

std::string provenance_html(const StudyPage& page) {
  std::string html;
  for (const auto& [program, runs] : page.study.study.programs())
    html += element("p", fmt::format("{} {} by: {}", runs, runs == 1 ? "run" : "runs", program_text(program)));
  if (page.study_file)
    html += "<p>This study file and the command make the study again, with the same program to the bit:</p>\n" +
            element("pre", "stillpoint run study.ini --out DIR", "tabindex=\"0\"") +
            element("pre", *page.study_file, "id=\"study-file\" tabindex=\"0\"") +
            "<p class=\"tools\"><button type=\"button\" data-text=\"study-file\" data-name=\"study.ini\">Download "
            "study.ini</button></p>\n";
  else
    html += notice(
        "The study file could not be put together again from what the directory notes; keep the file that "
        "`stillpoint run` was given. What each condition is stands in study.json, the options of each run "
        "in its file.");
  return html + element("p", fmt::format("This page: `stillpoint report`, by {}.", program_text(this_program_facts())));
}

std::string subtitle(const StudyPage& page) {
  const auto& study = page.study.study;
  long done = 0, planned = 0;
  std::vector<std::string> tasks;
  for (const auto& condition : study.conditions) {
    done += condition.done();
    planned += condition.planned();
    if (const auto task = task_of(condition);
        !task.empty() && std::find(tasks.begin(), tasks.end(), task) == tasks.end())
      tasks.push_back(task);
  }
  return fmt::format("task {}; {} {}; {} of {}{} planned runs are done", fmt::join(tasks, ", "),
                     study.conditions.size(), study.conditions.size() == 1 ? "condition" : "conditions", done,
                     !study.conditions.empty() && study.conditions.front().completion.at_least ? "at least " : "",
                     planned);
}

}  // namespace

StudyPage read_study_page(const std::string& directory, const ComparisonRequest& request,
                          const std::vector<NetworkAnalysis>& analyses) {
  StudyPage page{directory, {}, {}, {}, {}, {}, {}, {}, {}};
  auto record = read_results(directory, &page.damaged);
  if (!record.has_runs())
    throw UserError(
        page.damaged.empty()
            ? directory + ": has no finished runs, so there is nothing to report; give `stillpoint run` the study again"
            : fmt::format("{}: no finished run can be read: {}", directory, page.damaged.front()));
  for (const auto& problem : page.damaged) tell(fmt::format("warning: left out of the report: {}", problem));
  if (!record.finished()) page.status = read_status(directory);
  page.study = compare_conditions(std::move(record), request);
  page.portraits = portraits_of(directory, page.study.study);
  page.study_file = study_file_of(directory, page.study.study);
  const auto restructuring = kept_restructuring(directory);
  page.results = results_beside(directory);
  if (auto events = restructuring_beside(restructuring)) {
    page.results.bytes.insert(svg_file(restructuring_figure(restructuring.conditions)));  // that `--plot` wrote
    page.results.results.insert(page.results.results.begin(), std::move(*events));
  }
  if (!restructuring.problem.empty()) page.results.notes.push_back(restructuring.problem);
  page.beside = figures_beside(directory, page.study.study.name, page.results);
  page.networks = compared_networks(directory, page.study.study, request, analyses, page.results.notes);
  page.alignments = alignments_of(directory, page.study.study, page.results.notes);
  page.timelines = timelines_of(directory, page.study.study, restructuring.conditions);
  return page;
}

std::string page_html(const StudyPage& page) {
  const auto& study = page.study.study;
  const CurvePanels curves(study.conditions);
  const auto single_runs = single_runs_of(study);
  const auto panels = all_panels(page, curves);
  const auto summary = Json::parse(summary_json(page.study));
  const auto conditions = conditions_table(page.study, summary), comparisons = comparisons_table(summary),
             runs = runs_table(study);
  auto tables = plotted_tables(page.study, curves, single_runs);
  for (const auto* table : {&conditions, &comparisons, &runs}) tables[table->id] = table_json(*table);
  tables["alignment"] = alignment_table(page.alignments, study);
  tables["timeline"] = timeline_table(page.timelines, study);
  const auto analyses = analyses_html(page, tables), portraits = portraits_html(page.portraits, study, tables);
  const auto listed = runs.rows.size();
  long all = 0;
  for (const auto& condition : study.conditions) all += condition.done();

  auto results = table_html(conditions);
  if (!comparisons.rows.empty()) results += table_html(comparisons);
  auto figures = legend_html(study) + "<div class=\"figures\">\n" + figures_html(panels) + "</div>\n";
  if (std::any_of(study.conditions.begin(), study.conditions.end(),
                  [&](const auto& each) { return each.runs.size() > single_runs; }))
    figures += notice(fmt::format("Curves of single runs are those of the first {} of each condition.", single_runs));
  if (std::any_of(study.conditions.begin(), study.conditions.end(), is_hollow))
    figures += element("p", "Hollow points: runs of the condition are missing, or controls are not matched.",
                       "class=\"fine\"");
  auto list = table_html(runs);
  if (static_cast<long>(listed) < all)
    list += notice(
        fmt::format("Of {} runs those that diverged and the first {} others are listed.", all, most_listed_runs));

  return filled_page({{"title", markup(study.name)},
                      {"subtitle", markup(subtitle(page))},
                      {"notices", study_notices(page)},
                      {"findings", findings_html(page)},
                      {"results", results},
                      {"figures", figures},
                      {"portraits", portraits},
                      {"analyses", analyses},
                      {"analyses_link", analyses.empty() ? "" : "<a href=\"#analyses\">Analyses</a>"},
                      {"runs", list},
                      {"provenance", provenance_html(page)},
                      {"data", script_json({{"study", study.name},
                                            {"summary", summary},
                                            {"tables", tables},
                                            {"portraits", portraits_json(page.portraits)}})}});
}

}  // namespace stillpoint
