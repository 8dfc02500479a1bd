#include "experiments/report/prediction_figure.hpp"

#include <fmt/format.h>

#include "experiments/report/svg.hpp"

namespace stillpoint {

namespace {

constexpr double left = 110, right = 12, top = 34, row_height = 17, bottom = 40, width = page_width * 0.62;

}  // namespace

double point_spread(std::size_t i) { return (static_cast<double>((i * 7) % 11) / 10 - 0.5) * 0.5; }

std::vector<std::string> wrapped(const std::string& text, std::size_t most) {
  std::vector<std::string> lines = {""};
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find(' ', at), text.size());
    const auto word = text.substr(at, end - at);
    if (!lines.back().empty() && lines.back().size() + word.size() + 1 > most) lines.push_back("");
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    at = end + 1;
  }
  return lines;
}

std::string prediction_figure(const PredictionStudy& study, const PredictionTable& table, const PredictionRow& row) {
  const auto& prediction = predictions()[row.prediction];
  std::vector<double> shown;
  for (const auto& name : table.hypotheses)
    for (const auto* network : tabled(study, name))
      if (const auto value = network->values[row.prediction].rates) shown.push_back(*value);
  for (const auto& value : row.values)
    if (value.value && value.value->interval)
      shown.insert(shown.end(), {value.value->interval->low, value.value->interval->high});

  const auto question = wrapped(prediction.question, 72);
  const double head = top + 9 * static_cast<double>(question.size() - 1),
               height = row_height * static_cast<double>(table.hypotheses.size());
  Svg svg(width, head + height + bottom, prediction.name);
  svg.text({8, 12}, prediction.name, {9, "start", 0, "#000000", true});
  for (std::size_t i = 0; i < question.size(); ++i)
    svg.text({8, 23 + 9 * static_cast<double>(i)}, question[i], {7, "start", 0, "#444444"});
  const Panel panel{
      {left, head},
      width - left - right,
      height,
      Axis::covering(
          prediction.unit.empty() ? prediction.name : fmt::format("{} ({})", prediction.name, prediction.unit), shown),
      {"", 0, static_cast<double>(table.hypotheses.size())}};
  panel.draw_x_axis(svg);
  svg.text({left + panel.width / 2, head + height + 24}, panel.x.label + ", by the rates of all neurons",
           {8, "middle"});
  if (panel.x.low < 0 && panel.x.high > 0)
    svg.line(panel.at(0, panel.y.low), panel.at(0, panel.y.high), {"#BBBBBB", 0.5, "2 2"});
  for (std::size_t h = 0; h < table.hypotheses.size(); ++h) {
    const double middle = static_cast<double>(table.hypotheses.size() - h) - 0.5;
    const auto stroke = series_stroke(h);
    const auto& value = row.values[h];
    svg.text({left - 6, panel.at(0, middle).y + 2.5}, fmt::format("{} ({})", value.hypothesis, value.networks),
             {7, "end"});
    std::size_t i = 0;
    for (const auto* network : tabled(study, value.hypothesis))
      if (const auto each = network->values[row.prediction].rates)
        svg.circle(panel.at(*each, middle + point_spread(i++)), 1.1, "#AAAAAA");
    if (!value.value) continue;
    if (value.value->interval)
      svg.line(panel.at(value.value->interval->low, middle), panel.at(value.value->interval->high, middle),
               {stroke.colour, 1.6, ""});
    svg.circle(panel.at(value.value->value, middle), 2.6, stroke.colour);
  }
  return svg.str();
}

}  // namespace stillpoint
