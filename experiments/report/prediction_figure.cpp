#include "experiments/report/prediction_figure.hpp"

#include <fmt/format.h>

#include <numeric>

#include "experiments/predictions/hypotheses.hpp"
#include "experiments/report/panel.hpp"
#include "experiments/report/prediction_formats.hpp"

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

void draw_rows(Drawing& drawing, const Panel& panel, const ShownPrediction& shown) {
  panel.draw_x_axis(drawing);
  const double floor = panel.corner.y + panel.height;
  drawing.text({left + panel.width / 2, floor + 24}, panel.x.label, {8, "middle"});
  drawing.text(
      {width / 2, floor + 34},
      fmt::format("recorded, {} neurons x {} trials: networks, mean, 95 % over seeds; |: by the rates of all neurons",
                  shown.size.neurons, shown.size.trials),
      {6, "middle", 0, "#444444"});
  if (panel.x.low < 0 && panel.x.high > 0)
    drawing.line(panel.at(0, panel.y.low), panel.at(0, panel.y.high), {"#BBBBBB", 0.5, "2 2"});
  double middle_of_row = static_cast<double>(shown.rows.size()) - 0.5;
  for (const auto& row : shown.rows) {
    const auto [strong, pale] = colours_of(row.hypothesis, shown.focus);
    drawing.text({left - 6, panel.at(0, middle_of_row).y + 2.5},
                 fmt::format("{} ({})", row.hypothesis, row.networks.size()), {7, "end"});
    for (std::size_t i = 0; i < row.networks.size(); ++i)
      drawing.circle(panel.at(row.networks[i], middle_of_row + point_spread(i)), 1.1, pale);
    if (row.by_rates)
      drawing.line(panel.at(row.by_rates->value, middle_of_row - 0.38),
                   panel.at(row.by_rates->value, middle_of_row + 0.38), {"#000000", 1, ""});
    if (const auto& mean = row.recorded) {
      if (mean->interval)
        drawing.line(panel.at(mean->interval->low, middle_of_row), panel.at(mean->interval->high, middle_of_row),
                     {strong, 1.6, ""});
      drawing.circle(panel.at(mean->value, middle_of_row), 2.6, strong);
    }
    --middle_of_row;
  }
}

}  // namespace

double point_spread(std::size_t i) { return (static_cast<double>((i * 7) % 11) / 10 - 0.5) * 0.5; }

ShownPrediction shown_prediction(const PredictionStudy& study, const PredictionTable& table, const PredictionRow& row) {
  const std::size_t middle = study.setting.sizes.size() / 2;
  ShownPrediction shown{row.prediction, {}, focus_of(table), study.setting.sizes[middle]};
  for (const auto& value : row.values)
    shown.rows.push_back({value.hypothesis, recorded_values(study, value.hypothesis, row.prediction, middle),
                          value.value, value.recorded[middle]});
  return shown;
}

Figure prediction_figure(const ShownPrediction& shown) {
  const auto& prediction = predictions()[shown.prediction];
  const auto question = in_lines(prediction.question, 72);
  const auto count = static_cast<double>(shown.rows.size());
  const double head = top + 9 * static_cast<double>(question.size() - 1), height = row_height * count;
  std::vector<double> values;
  for (const auto& row : shown.rows) {
    values.insert(values.end(), row.networks.begin(), row.networks.end());
    if (row.by_rates) values.push_back(row.by_rates->value);
    if (row.recorded && row.recorded->interval)
      values.insert(values.end(), {row.recorded->interval->low, row.recorded->interval->high});
  }
  const Panel panel{
      {left, head},
      width - left - right,
      height,
      Axis::covering(
          prediction.unit.empty() ? prediction.name : fmt::format("{} ({})", prediction.name, prediction.unit), values),
      {"", 0, count}};
  return {width, head + height + bottom, prediction.name, [=](Drawing& drawing) {
            drawing.text({8, 12}, predictions()[shown.prediction].name, {9, "start", 0, "#000000", true});
            for (std::size_t i = 0; i < question.size(); ++i)
              drawing.text({8, 23 + 9 * static_cast<double>(i)}, question[i], {7, "start", 0, "#444444"});
            draw_rows(drawing, panel, shown);
          }};
}

}  // namespace stillpoint
