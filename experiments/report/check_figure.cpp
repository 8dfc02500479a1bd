#include "experiments/report/check_figure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/report/panel.hpp"
#include "experiments/report/prediction_cells.hpp"
#include "experiments/report/prediction_figure.hpp"

namespace stillpoint {

namespace {

constexpr int across = 2;
constexpr double names = 82, gap = 14, head = 26, row_height = 11, foot = 34, top = 8, below = 16;

/// Names, networks as points, means, and the measurement as a line with its interval.
void draw(Drawing& drawing, const Check& check, const CheckedPrediction& checked, Point corner, double width) {
  const auto& prediction = predictions()[checked.prediction];
  const auto count = check.hypotheses.size();
  std::vector<double> shown = {checked.measured};
  for (const auto& [name, networks] : checked.statistic.networks)
    for (const auto& each : networks) shown.push_back(each.value);
  if (checked.interval) shown.insert(shown.end(), {checked.interval->low, checked.interval->high});
  const Panel panel{
      {corner.x + names, corner.y + head},
      width - names,
      row_height * static_cast<double>(count),
      Axis::covering(
          prediction.unit.empty() ? prediction.name : fmt::format("{} ({})", prediction.name, prediction.unit), shown),
      {"", 0, static_cast<double>(count)}};
  drawing.text({corner.x, corner.y + 9}, prediction.name, {8, "start", 0, "#000000", true});
  drawing.text(
      {corner.x, corner.y + 18},
      fmt::format("measured {}, {} neurons x {} trials", estimate_cell(Estimate{checked.measured, checked.interval}),
                  checked.size.neurons, checked.size.trials),
      {6.5, "start", 0, "#444444"});
  if (checked.interval) {
    const auto low = panel.at(checked.interval->low, panel.y.high), high = panel.at(checked.interval->high, 0);
    drawing.rect(low, high.x - low.x, high.y - low.y, "#DDE8F4");
  }
  drawing.line(panel.at(checked.measured, panel.y.low), panel.at(checked.measured, panel.y.high), {"#0072B2", 1.2, ""});
  panel.draw_x_axis(drawing);
  drawing.text({panel.corner.x + panel.width / 2, panel.corner.y + panel.height + 24}, panel.x.label, {7, "middle"});
  for (std::size_t h = 0; h < count; ++h) {
    const auto& name = check.hypotheses[h];
    const double middle = static_cast<double>(count - h) - 0.5;
    const auto networks = checked.statistic.networks.find(name);
    drawing.text({corner.x + names - 6, panel.at(panel.x.low, middle).y + 2.3}, name, {6.5, "end"});
    if (networks == checked.statistic.networks.end()) continue;
    for (std::size_t i = 0; i < networks->second.size(); ++i)
      drawing.circle(panel.at(networks->second[i].value, middle + point_spread(i)), 1.1, "#888888");
    for (const auto& law : checked.laws)
      if (law.hypothesis == name) drawing.circle(panel.at(law.mean, middle), 2.2, "#D55E00");
  }
}

}  // namespace

Figure check_figure(const Check& check, const std::string& conclusion) {
  std::vector<CheckedPrediction> told;
  for (const auto& checked : check.predictions)
    if (checked.cannot.empty()) told.push_back(checked);
  if (told.empty()) throw UserError("--plot: there is nothing to show, as no prediction can be told");
  const double width = (page_width - 16 - gap * (across - 1)) / across,
               height = head + row_height * static_cast<double>(check.hypotheses.size()) + foot;
  const auto rows = (told.size() + across - 1) / across;
  const auto lines = in_lines(conclusion, 128);
  const double below_panels = top + height * static_cast<double>(rows);
  return {page_width, below_panels + 9 * static_cast<double>(lines.size()) + below, "A recording and the hypotheses",
          [=](Drawing& drawing) {
            for (std::size_t i = 0; i < told.size(); ++i)
              draw(
                  drawing, check, told[i],
                  {8 + (width + gap) * static_cast<double>(i % across), top + height * static_cast<double>(i / across)},
                  width);
            for (std::size_t i = 0; i < lines.size(); ++i)
              drawing.text({8, below_panels + 9 * static_cast<double>(i + 1)}, lines[i], {7});
          }};
}

}  // namespace stillpoint
