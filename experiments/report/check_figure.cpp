#include "experiments/report/check_figure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/report/check_formats.hpp"
#include "experiments/report/prediction_cells.hpp"
#include "experiments/report/prediction_figure.hpp"
#include "experiments/report/panel.hpp"
#include "experiments/report/svg.hpp"

namespace stillpoint {

namespace {

constexpr int across = 2;
constexpr double names = 82, gap = 14, head = 26, row_height = 11, foot = 34, top = 8, below = 16;

/// Names, networks as points, means, and the measurement as a line with its interval.
void draw(Svg& svg, const Check& check, const CheckedPrediction& checked, Point corner, double width) {
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
  svg.text({corner.x, corner.y + 9}, prediction.name, {8, "start", 0, "#000000", true});
  svg.text(
      {corner.x, corner.y + 18},
      fmt::format("measured {}, {} neurons x {} trials", estimate_cell(Estimate{checked.measured, checked.interval}),
                  checked.size.neurons, checked.size.trials),
      {6.5, "start", 0, "#444444"});
  if (checked.interval) {
    const auto low = panel.at(checked.interval->low, panel.y.high), high = panel.at(checked.interval->high, 0);
    svg.rect(low, high.x - low.x, high.y - low.y, "#DDE8F4");
  }
  svg.line(panel.at(checked.measured, panel.y.low), panel.at(checked.measured, panel.y.high), {"#0072B2", 1.2, ""});
  panel.draw_x_axis(svg);
  svg.text({panel.corner.x + panel.width / 2, panel.corner.y + panel.height + 24}, panel.x.label, {7, "middle"});
  for (std::size_t h = 0; h < count; ++h) {
    const auto& name = check.hypotheses[h];
    const double middle = static_cast<double>(count - h) - 0.5;
    const auto networks = checked.statistic.networks.find(name);
    svg.text({corner.x + names - 6, panel.at(panel.x.low, middle).y + 2.3}, name, {6.5, "end"});
    if (networks == checked.statistic.networks.end()) continue;
    for (std::size_t i = 0; i < networks->second.size(); ++i)
      svg.circle(panel.at(networks->second[i].value, middle + point_spread(i)), 1.1, "#888888");
    for (const auto& law : checked.laws)
      if (law.hypothesis == name) svg.circle(panel.at(law.mean, middle), 2.2, "#D55E00");
  }
}

}  // namespace

std::string check_figure(const Check& check) {
  std::vector<const CheckedPrediction*> told;
  for (const auto& checked : check.predictions)
    if (checked.cannot.empty()) told.push_back(&checked);
  if (told.empty()) throw UserError("--plot: there is nothing to show, as no prediction can be told");
  const double width = (page_width - 16 - gap * (across - 1)) / across,
               height = head + row_height * static_cast<double>(check.hypotheses.size()) + foot;
  const auto rows = (told.size() + across - 1) / across;
  const auto lines = wrapped(conclusion_of(check), 128);
  Svg svg(page_width, top + height * static_cast<double>(rows) + 9 * static_cast<double>(lines.size()) + below,
          "A recording and the hypotheses");
  for (std::size_t i = 0; i < told.size(); ++i)
    draw(svg, check, *told[i],
         {8 + (width + gap) * static_cast<double>(i % across), top + height * static_cast<double>(i / across)}, width);
  for (std::size_t i = 0; i < lines.size(); ++i)
    svg.text({8, top + height * static_cast<double>(rows) + 9 * static_cast<double>(i + 1)}, lines[i], {7});
  return svg.str();
}

}  // namespace stillpoint
