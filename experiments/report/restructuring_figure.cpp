#include "experiments/report/restructuring_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "experiments/report/cells.hpp"
#include "experiments/report/panel.hpp"
#include "experiments/report/svg.hpp"

namespace stillpoint {

namespace {

constexpr double left_margin = 14, right_margin = 8, top_margin = 42, panel_gap = 16, panel_height = 88, row_gap = 54;
constexpr int columns = 3;
const std::string event_colour = "#9DB7CC", last_colour = "#0072B2", drop_colour = "#D55E00";

void draw_run(Drawing& drawing, const Panel& panel, const RunRestructuring& run, double row) {
  const auto of = [&](Index checkpoint) { return run.update[static_cast<std::size_t>(checkpoint)]; };
  const double y = panel.at(0, row).y;
  if (run.drop) {
    const double at = panel.at(run.drop->value, row).x;
    drawing.line({at, y - 2.2}, {at, y + 2.2}, {drop_colour, 1.4, ""});
  }
  for (const auto& event : run.events) {
    const bool last = run.lead && run.drop && of(event.at) == run.drop->value - run.lead->value;
    const auto& colour = last ? last_colour : event_colour;
    drawing.line({panel.at(of(event.low), row).x, y}, {panel.at(of(event.high), row).x, y}, {colour, 1.6, ""});
    drawing.circle({panel.at(of(event.at), row).x, y}, 1.5, colour);
  }
}

void legend(Drawing& drawing, double y) {
  double x = left_margin;
  const auto entry = [&](const std::string& text, const std::string& colour, bool tick) {
    if (tick) {
      drawing.line({x + 5, y - 2.5}, {x + 5, y + 2.5}, {colour, 1.4, ""});
    } else {
      drawing.line({x, y}, {x + 12, y}, {colour, 1.6, ""});
      drawing.circle({x, y}, 1.5, colour);
    }
    drawing.text({x + 17, y + 2.5}, text);
    x += 30 + 3.6 * static_cast<double>(text.size());
  };
  entry("onset of the drop of the loss (rows by it)", drop_colour, true);
  entry("last event before it (dot: when it was seen)", last_colour, false);
  entry("other events", event_colour, false);
}

void draw_events(Drawing& drawing, const std::vector<ConditionRestructuring>& conditions) {
  const double width = (page_width - left_margin - right_margin - (columns - 1) * panel_gap) / columns;
  legend(drawing, 10);
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    auto runs = conditions[c].runs;
    const auto key = [](const RunRestructuring& run) {
      return run.drop ? run.drop->value : std::numeric_limits<double>::infinity();
    };
    std::stable_sort(runs.begin(), runs.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    double last = 1;
    for (const auto& run : runs)
      if (!run.update.empty()) last = std::max(last, run.update.back());
    const double count = static_cast<double>(runs.size());
    const Panel panel{{left_margin + static_cast<double>(c % columns) * (width + panel_gap),
                       top_margin + static_cast<double>(c / columns) * (panel_height + row_gap)},
                      width,
                      panel_height,
                      {"update", 0, last},
                      {"", -count, 1}};
    for (std::size_t i = 0; i < runs.size(); ++i) draw_run(drawing, panel, runs[i], -static_cast<double>(i));
    const double floor = panel.corner.y + panel_height;
    drawing.line({panel.corner.x, floor}, {panel.corner.x + width, floor}, {"#000000", 0.6, ""});
    for (const double tick : panel.x.ticks()) {
      const double x = panel.at(tick, 0).x;
      drawing.line({x, floor}, {x, floor + 2.5}, {"#000000", 0.6, ""});
      drawing.text({x, floor + 10}, tick_label(tick), {6.5, "middle"});
    }
    drawing.text({panel.corner.x + width / 2, floor + 19}, "update", {7, "middle"});
    std::vector<std::string> lines{
        conditions[c].condition.tag()};  // of the panel's title, as many options in each as fit
    auto varied = conditions[c].condition.varied;
    varied.erase(
        std::remove(varied.begin(), varied.end(), std::pair<std::string, std::string>("control.targets", "own")),
        varied.end());  // in all
    for (const auto& each : varied) {
      const auto text = condition_label({each});
      const auto* comma = &each == &varied.front() ? " " : ", ";
      if (static_cast<double>(lines.back().size() + text.size()) < width / 4.2)
        lines.back() += comma + text;
      else
        lines.push_back(text);
    }
    for (std::size_t i = 0; i < lines.size(); ++i)
      drawing.text({panel.corner.x, panel.corner.y - 1 - 8 * static_cast<double>(lines.size() - 1 - i)}, lines[i],
                   {6.5, "start", 0, "#000000", true});
  }
}

}  // namespace

Figure restructuring_figure(std::vector<ConditionRestructuring> conditions) {
  const auto rows = (conditions.size() + columns - 1) / columns;
  return {page_width, top_margin + static_cast<double>(rows) * (panel_height + row_gap) + 10, "restructuring events",
          [conditions = std::move(conditions)](Drawing& drawing) { draw_events(drawing, conditions); }};
}

}  // namespace stillpoint
