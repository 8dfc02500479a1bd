#include "experiments/report/condition_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/report/cells.hpp"

namespace stillpoint {

namespace {

constexpr double title_height = 12, line_height = 8.5, row_gap = 3, axis_height = 16;
constexpr double sample_width = 24, text_left = CurvePanels::left + sample_width + 6;
constexpr double track_left = 318, track_width = 112, numbers_left = track_left + track_width + 8;
constexpr std::size_t name_width = 65;  // characters: of 7-point type, 3.7 points wide on average

}  // namespace

std::string legend_entry(const Condition& condition) {
  const auto lost =
      std::count_if(condition.runs.begin(), condition.runs.end(), [](const RunRecord& run) { return run.diverged(); });
  const auto runs = condition.done() < condition.planned()
                        ? fmt::format("{} of {} runs done", condition.done(), condition.planned())
                        : fmt::format("n = {}", condition.done());
  const auto unmatched = condition.unmatched() > 0
                             ? fmt::format(", {} of {} unmatched", condition.unmatched(), condition.done())
                             : std::string();
  return fmt::format("{} ({}, {} diverged{})", condition.name(), runs, lost, unmatched);
}

ConditionRows::ConditionRows(const std::vector<Condition>& conditions, const std::vector<Summary>& summaries,
                             const std::vector<Series>& series, Axis updates)
    : updates_(std::move(updates)) {
  for (const auto& [condition, stroke] : series)
    rows_.push_back({&conditions[condition], &summaries[condition], stroke,
                     in_lines(legend_entry(conditions[condition]), name_width)});
}

double ConditionRows::height() const {
  double height = title_height + axis_height;
  for (const auto& row : rows_) height += line_height * static_cast<double>(row.lines.size()) + row_gap;
  return height;
}

void ConditionRows::draw_median(Drawing& drawing, const Panel& track, const Row& row, double y) const {
  if (row.condition->runs.empty()) return;
  const auto& summary = *row.summary;
  const auto at = [&](const std::optional<double>& updates) {
    return Point{track.at(updates.value_or(updates_.high), 0).x, y};
  };
  if (const auto& interval = summary.median_interval) {
    const auto high = at(interval->high);
    drawing.line(at(interval->low), high, {row.stroke.colour, 0.9, ""});
    if (!interval->high)  // an arrow: it goes on beyond the budget
      drawing.polyline({{high.x - 2.5, y - 2}, high, {high.x - 2.5, y + 2}}, {row.stroke.colour, 0.9, ""});
  }
  if (summary.median_updates) draw_point(drawing, at(summary.median_updates), *row.condition, row.stroke.colour);
  drawing.text({numbers_left, y + 2.5}, updates_cell(summary));
}

void ConditionRows::draw(Drawing& drawing, double top) const {
  const double bottom = top + height() - axis_height;
  const Panel track{{track_left, top + title_height}, track_width, bottom - top - title_height, updates_, {"", 0, 1}};
  drawing.text({track_left - 14, top}, "c", {10, "start", 0, "#000000", true});
  drawing.text({track_left, top}, "Median updates to criterion", {8});
  double y = top + title_height;
  for (const auto& row : rows_) {
    drawing.line({CurvePanels::left, y}, {CurvePanels::left + sample_width, y}, row.stroke);
    if (is_hollow(*row.condition))
      draw_point(drawing, {CurvePanels::left + sample_width / 2, y}, *row.condition, row.stroke.colour);
    draw_median(drawing, track, row, y);
    for (const auto& line : row.lines) {
      drawing.text({text_left, y + 2.5}, line);
      y += line_height;
    }
    y += row_gap;
  }
  track.draw_x_axis(drawing);
}

}  // namespace stillpoint
