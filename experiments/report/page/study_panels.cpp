#include "experiments/report/page/study_panels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/report/cells.hpp"
#include "experiments/report/page/findings.hpp"

namespace stillpoint {

namespace {

constexpr double left = 40, top = 10, data_height = 130, below = 30, right = 8;
constexpr double height_without_rows = 4 + below;

/// Of panels that are so wide.
double curves_height(double width) { return top + data_height * width / column_width + below; }
/// In 7-point type, from row_left on.
std::size_t letters_in_a_row(double width) { return static_cast<std::size_t>(62 * width / column_width); }

/// An interval with its point in a row of its own, beneath the name of what it is of.
struct Row {
  std::string name, number;  // what stands above and to the right of it
  std::optional<double> value, low, high;
  bool open = false;  // it goes on beyond `high`
  Stroke stroke;
  std::size_t condition;
};
constexpr double line_height = 9, track_height = 11, number_width = 84, row_left = 10;

double height_of(const Row& row, double width) {
  return line_height * static_cast<double>(in_lines(row.name, letters_in_a_row(width)).size()) + track_height;
}

double height_of(const std::vector<Row>& rows, double width) {
  double height = height_without_rows;
  for (const auto& row : rows) height += height_of(row, width);
  return height;
}

void draw_rows(Drawing& drawing, const std::vector<Row>& rows, const Axis& axis, double width,
               const std::vector<Condition>& conditions) {
  const double bottom = height_of(rows, width) - below;
  const Panel track{{row_left, 4}, width - row_left - number_width, bottom - 4, axis, {"", 0, 1}};
  const auto across = [&](double value) { return track.at(value, 0).x; };
  const bool signed_axis = axis.low < 0 && axis.high > 0;
  double y = 4;
  for (const auto& row : rows) {
    drawing.begin("series row", "", static_cast<long>(row.condition), height_of(row, width));
    for (const auto& line : in_lines(row.name, letters_in_a_row(width)))
      drawing.text({row_left, y += line_height}, line);
    const double middle = y + track_height / 2 + 1;
    if (signed_axis)  // of 0, beneath the names
      drawing.line({across(0), middle - track_height / 2 + 2}, {across(0), middle + track_height / 2 - 2},
                   {"#999999", 0.5, ""});
    if (row.low && row.high) {
      drawing.line({across(*row.low), middle}, {across(*row.high), middle}, {row.stroke.colour, 1.1, ""});
      if (row.open)
        drawing.polyline(
            {{across(*row.high) - 3, middle - 2.2}, {across(*row.high), middle}, {across(*row.high) - 3, middle + 2.2}},
            {row.stroke.colour, 1.1, ""});
    }
    if (row.value) draw_point(drawing, {across(*row.value), middle}, conditions[row.condition], row.stroke.colour);
    drawing.text({width - number_width + 8, middle + 2.5}, row.number);
    drawing.end();
    y += track_height;
  }
  drawing.begin("axis", "", -1, below);
  track.draw_x_axis(drawing);
  drawing.text({track.corner.x + track.width / 2, bottom + 22}, axis.label, {8, "middle"});
  drawing.end();
}

StudyPanel rows_panel(std::string name, std::string title, std::string caption, std::string table,
                      std::vector<Row> rows, Axis axis, double width, const std::vector<Condition>& conditions) {
  const double height = height_of(rows, width);
  return {std::move(name),
          std::move(title),
          std::move(caption),
          std::move(table),
          height,
          [rows = std::move(rows), axis = std::move(axis), width, &conditions](Drawing& drawing) {
            draw_rows(drawing, rows, axis, width, conditions);
          },
          "",
          false};
}

StudyPanel shares_panel(const ComparedStudy& study, const std::vector<Series>& series, double width) {
  std::vector<Row> rows;
  for (const auto& [i, stroke] : series) {
    const auto& summary = study.summaries[i];
    const auto share = share_of(summary.reached, summary.runs);
    Row row{study.study.conditions[i].name(),
            fmt::format("{} of {}", summary.reached, summary.runs),
            {},
            {},
            {},
            false,
            stroke,
            i};
    if (summary.runs > 0) {
      row.value = 100 * share.value;
      row.low = 100 * share.low;
      row.high = 100 * share.high;
    }
    rows.push_back(std::move(row));
  }
  return rows_panel("shares", "How many reach criterion",
                    "Share of finished runs that reached criterion, with Wilson's interval of 95 %.", "conditions",
                    std::move(rows), {"runs that reached criterion (%)", 0, 100}, width, study.study.conditions);
}

StudyPanel medians_panel(const ComparedStudy& study, const std::vector<Series>& series, const Axis& updates,
                         double width) {
  std::vector<Row> rows;
  for (const auto& [i, stroke] : series) {
    const auto& summary = study.summaries[i];
    Row row{study.study.conditions[i].name(), updates_cell(summary), summary.median_updates, {}, {}, false, stroke, i};
    if (const auto& interval = summary.median_interval) {
      row.low = interval->low.value_or(updates.high);
      row.high = interval->high.value_or(updates.high);
      row.open = !interval->high;
    }
    rows.push_back(std::move(row));
  }
  return rows_panel("medians", "How long it takes",
                    "Kaplan-Meier median of the updates to criterion, with bootstrap interval of 95 %, too narrow "
                    "below some 10 runs; an arrow: it "
                    "ends beyond the budget.",
                    "conditions", std::move(rows), {"median updates to criterion", 0, updates.high}, width,
                    study.study.conditions);
}

StudyPanel differences_panel(const ComparedStudy& study, const std::vector<Series>& series, double width) {
  std::vector<Row> rows;
  for (const auto& [i, stroke] : series) {
    const auto& comparison = study.comparisons[i];
    if (!comparison || !comparison->share_reached) continue;
    const auto& difference = *comparison->share_reached;
    Row row{fmt::format("{} minus {}, {} {}", study.study.conditions[i].name(),
                        study.study.conditions[comparison->against].name(), comparison->pairs,
                        comparison->pairs == 1 ? "pair" : "pairs"),
            share_text(difference.value / 100),
            difference.value / 100,
            {},
            {},
            false,
            stroke,
            i};
    if (const auto& interval = difference.interval) {
      row.low = interval->low / 100;
      row.high = interval->high / 100;
      row.number += fmt::format(" [{}, {}]", share_text(*row.low), share_text(*row.high));
    }
    rows.push_back(std::move(row));
  }
  return rows_panel(
      "differences", "What it changes",
      "Difference of the share that reached criterion over the seeds that both have, with its interval of 95 %.",
      "comparisons", std::move(rows), {"difference of shares", -1, 1}, width, study.study.conditions);
}

}  // namespace

std::vector<Series> page_series(const StudyRecord& study) {
  std::vector<Series> series;
  for (std::size_t i = 0; i < study.conditions.size(); ++i) series.push_back({i, series_stroke(i)});
  return series;
}

double legend_height(const StudyRecord& study, double width) {
  double height = 4;
  for (const auto& condition : study.conditions)
    height += line_height * static_cast<double>(in_lines(condition.name(), letters_in_a_row(width) - 10).size());
  return height;
}

void draw_legend(Drawing& drawing, const StudyRecord& study, double y, double width) {
  for (const auto& [i, stroke] : page_series(study)) {
    drawing.line({row_left, y + 6.5}, {row_left + 24, y + 6.5}, stroke);
    for (const auto& line : in_lines(study.conditions[i].name(), letters_in_a_row(width) - 10))
      drawing.text({row_left + 30, y += line_height}, line);
  }
}

std::vector<StudyPanel> study_panels(const ComparedStudy& study, const CurvePanels& curves, std::size_t single_runs,
                                     double width) {
  using Scale = Axis::Scale;
  const auto series = page_series(study.study);
  std::vector<StudyPanel> panels;
  const bool accuracy = curves.of_accuracy();
  for (const auto scale : {Scale::linear, Scale::log10}) {
    const bool logarithmic = scale == Scale::log10;
    const Panel panel{{left, top},
                      width - left - right,
                      curves_height(width) - top - below,
                      curves.updates(accuracy ? scale : Scale::linear),
                      accuracy ? curves.values() : curves.values(scale)};
    panels.push_back(
        {logarithmic ? "learning-curves-logarithmic" : "learning-curves", curves.title(),
         fmt::format("Median (line) and quartiles (band) over runs, each averaged in bins of {} update{}; thin: single "
                     "runs. A run that diverged counts as the worst from then on; one that stopped at criterion goes "
                     "on with its final value "
                     "on the evaluation trials.",
                     curves.bin_width(), curves.bin_width() > 1 ? "s" : ""),
         "curves", curves_height(width),
         [&curves, panel, series, single_runs](Drawing& drawing) {
           curves.draw_runs(drawing, panel, series, single_runs);
           curves.draw_curves(drawing, panel, series);
           panel.draw_axes(drawing, "", "");
         },
         logarithmic ? "logarithmic" : "linear"});
  }
  const Panel reached{
      {left, top}, width - left - right, curves_height(width) - top - below, curves.updates(), CurvePanels::percent()};
  panels.push_back({"runs-at-criterion", "Runs that reached criterion",
                    "1 − Kaplan–Meier estimate: the share of runs that reached criterion by an update.",
                    "reached_curves", curves_height(width), [&curves, reached, series](Drawing& drawing) {
                      curves.draw_reached(drawing, reached, series, 0);
                      reached.draw_axes(drawing, "", "");
                    }});
  panels.push_back(shares_panel(study, series, width));
  panels.push_back(medians_panel(study, series, curves.updates(), width));
  auto differences = differences_panel(study, series, width);
  if (differences.height > height_without_rows) panels.push_back(std::move(differences));
  return panels;
}

}  // namespace stillpoint
