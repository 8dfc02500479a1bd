#include "experiments/report/prediction_figure.hpp"

#include <fmt/format.h>

#include <numeric>

#include "experiments/predictions/hypotheses.hpp"
#include "experiments/report/prediction_formats.hpp"
#include "experiments/report/panel.hpp"
#include "experiments/report/svg.hpp"

namespace stillpoint {

namespace {

constexpr double left = 110, right = 12, top = 34, row_height = 17, bottom = 40, width = page_width * 0.62;

/// Of a row, by what its hypothesis is: of means, and of networks.
std::pair<std::string, std::string> colours_of(const std::string& hypothesis, const std::string& focus) {
  if (hypothesis == focus) return {"#D55E00", "#F0BF9F"};
  if (is_control(hypothesis)) return {"#555555", "#C4C4C4"};
  return {"#0072B2", "#9FCBE5"};
}

/// Of each network the mean of its sessions.
std::vector<double> recorded_values(const PredictionStudy& study, const std::string& hypothesis, std::size_t prediction,
                                    std::size_t size) {
  std::vector<double> values;
  for (const auto& each : animals_of(study, hypothesis, prediction, size)) {
    const auto& sessions = each.animal.sessions;
    values.push_back(std::accumulate(sessions.begin(), sessions.end(), 0.0) / static_cast<double>(sessions.size()));
  }
  return values;
}

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
  const std::size_t middle = study.setting.sizes.size() / 2;
  const auto focus = focus_of(table);
  std::vector<std::vector<double>> recorded;
  std::vector<double> shown;
  for (std::size_t h = 0; h < table.hypotheses.size(); ++h) {
    recorded.push_back(recorded_values(study, table.hypotheses[h], row.prediction, middle));
    shown.insert(shown.end(), recorded[h].begin(), recorded[h].end());
    const auto& value = row.values[h];
    if (value.value) shown.push_back(value.value->value);
    if (const auto& mean = value.recorded[middle]; mean && mean->interval)
      shown.insert(shown.end(), {mean->interval->low, mean->interval->high});
  }

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
  svg.text({left + panel.width / 2, head + height + 24}, panel.x.label, {8, "middle"});
  const auto& [neurons, trials] = study.setting.sizes[middle];
  svg.text(
      {width / 2, head + height + 34},
      fmt::format("recorded, {} neurons x {} trials: networks, mean, 95 % over seeds; |: by the rates of all neurons",
                  neurons, trials),
      {6, "middle", 0, "#444444"});
  if (panel.x.low < 0 && panel.x.high > 0)
    svg.line(panel.at(0, panel.y.low), panel.at(0, panel.y.high), {"#BBBBBB", 0.5, "2 2"});
  for (std::size_t h = 0; h < table.hypotheses.size(); ++h) {
    const double middle_of_row = static_cast<double>(table.hypotheses.size() - h) - 0.5;
    const auto& value = row.values[h];
    const auto [strong, pale] = colours_of(value.hypothesis, focus);
    svg.text({left - 6, panel.at(0, middle_of_row).y + 2.5},
             fmt::format("{} ({})", value.hypothesis, recorded[h].size()), {7, "end"});
    for (std::size_t i = 0; i < recorded[h].size(); ++i)
      svg.circle(panel.at(recorded[h][i], middle_of_row + point_spread(i)), 1.1, pale);
    if (value.value)
      svg.line(panel.at(value.value->value, middle_of_row - 0.38), panel.at(value.value->value, middle_of_row + 0.38),
               {"#000000", 1, ""});
    const auto& mean = value.recorded[middle];
    if (!mean) continue;
    if (mean->interval)
      svg.line(panel.at(mean->interval->low, middle_of_row), panel.at(mean->interval->high, middle_of_row),
               {strong, 1.6, ""});
    svg.circle(panel.at(mean->value, middle_of_row), 2.6, strong);
  }
  return svg.str();
}

}  // namespace stillpoint
