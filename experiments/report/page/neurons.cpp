#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "experiments/report/page/colours.hpp"
#include "experiments/report/page/portrait_panels.hpp"
#include "experiments/report/panel.hpp"

namespace stillpoint {

namespace {

constexpr double left = 40, right = 8, height = 150;
constexpr Index most_rows = 200;  // of a raster
constexpr std::size_t shown = 4;  // ramps
constexpr double least_range = 1e-9, least_change = 0.1;

/// Neurons by when their rate is largest; of many, some evenly between.
std::vector<Index> by_peak(const Matrix<double>& rates) {
  std::vector<Index> order(static_cast<std::size_t>(rates.rows())), peak(order.size());
  std::iota(order.begin(), order.end(), Index(0));
  for (const auto i : order) rates.row(i).maxCoeff(&peak[static_cast<std::size_t>(i)]);
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return peak[static_cast<std::size_t>(a)] < peak[static_cast<std::size_t>(b)];
  });
  const auto count = static_cast<Index>(order.size());
  if (count <= most_rows) return order;
  std::vector<Index> some;
  for (Index k = 0; k < most_rows; ++k) some.push_back(order[static_cast<std::size_t>(k * count / most_rows)]);
  return some;
}

Axis time_axis(const TypicalTrial& trial) {
  return {"time (ms)", 0, trial.bin_ms * static_cast<double>(trial.rates.cols())};
}

std::vector<std::string> title_of(const Portrait& portrait) { return title_lines(portrait, portrait.moments.back()); }

void draw_scale(Drawing& drawing, double y, double end) {
  constexpr double box = 7;
  const double from = end - 42 - box * colour_steps;
  for (std::size_t i = 0; i < colour_steps; ++i)
    drawing.rect({from + box * static_cast<double>(i), y}, box, 5, sequential_colour(i));
  drawing.text({from - 4, y + 5}, "its least rate", {7, "end"});
  drawing.text({end, y + 5}, "its greatest", {7, "end"});
}

void draw_raster(Drawing& drawing, const Portrait& portrait, const std::vector<Index>& rows, double width) {
  const auto& rates = portrait.trial.rates;
  const double top = top_below(title_of(portrait));
  const auto count = static_cast<double>(rows.size());
  const double bin = width / static_cast<double>(rates.cols()), row_height = height / count;
  std::vector<std::vector<Box>> boxes(colour_steps);
  constexpr double overlap = 0.3;  // else seams show between rectangles that touch
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto rate = rates.row(rows[r]);
    const double least = rate.minCoeff(), range = rate.maxCoeff() - least;
    const double y = top + row_height * static_cast<double>(r);
    std::size_t before = 0;
    for (Index k = 0; k < rates.cols(); ++k) {
      const auto step = range > least_range ? colour_step((rate(k) - least) / range) : 0;
      if (k > 0 && step == before)
        boxes[step].back().width += bin;
      else
        boxes[step].push_back({{left + bin * static_cast<double>(k), y}, bin, row_height + overlap});
      before = step;
    }
  }
  for (auto& of_colour : boxes)
    for (auto& box : of_colour) box.width = std::min(box.width + overlap, left + width - box.corner.x);
  for (std::size_t i = 0; i < colour_steps; ++i) drawing.rects(boxes[i], sequential_colour(i));
  Panel panel{{left, top}, width, height, time_axis(portrait.trial), {"neurons, by time of peak", 0, count}};
  panel.draw_x_axis(drawing);
  drawing.text({left + width / 2, top + height + 22}, panel.x.label, {8, "middle"});
  drawing.text({left - 10, top + height / 2}, panel.y.label, {8, "middle", -90});
  draw_title(drawing, left, title_of(portrait));
  draw_scale(drawing, top + height + 30, left + width);
}

void draw_ramps(Drawing& drawing, const Portrait& portrait, const std::vector<Ramp>& ramps, double width) {
  const auto& trial = portrait.trial;
  const double top = top_below(title_of(portrait));
  std::vector<double> values;
  for (const auto& ramp : ramps)
    for (const double rate : trial.rates.row(ramp.neuron)) values.push_back(rate);
  const Panel panel{{left, top}, width, height, time_axis(trial), Axis::covering("rate", values)};
  double y = top + height + 30;
  for (std::size_t i = 0; i < ramps.size(); ++i) {
    const auto stroke = series_stroke(i);
    std::vector<Point> line;
    for (Index k = 0; k < trial.rates.cols(); ++k)
      line.push_back(panel.at(trial.bin_ms * (static_cast<double>(k) + 0.5), trial.rates(ramps[i].neuron, k)));
    drawing.polyline(line, stroke);
    drawing.line({left, y}, {left + 24, y}, stroke);
    drawing.text({left + 30, y + 2.5}, fmt::format("neuron {}: {:+.2g}, strength {:.1f}", ramps[i].neuron,
                                                   ramps[i].change, ramps[i].strength));
    y += 9;
  }
  panel.draw_axes(drawing, "", "");
  draw_title(drawing, left, title_of(portrait));
}

Json rate_table(const TypicalTrial& trial, std::vector<std::string> columns) {
  for (Index k = 0; k < trial.rates.cols(); ++k)
    columns.push_back(fmt::format("rate at {:.4g} ms", trial.bin_ms * (static_cast<double>(k) + 0.5)));
  return {{"columns", std::move(columns)}, {"rows", Json::array()}};
}

void add_rates(Json row, const TypicalTrial& trial, Index neuron, Json& table) {
  for (const double rate : trial.rates.row(neuron)) row.push_back(std::stod(fmt::format("{:.4g}", rate)));
  table["rows"].push_back(std::move(row));
}

std::string file_of(const std::string& name, const Portrait& portrait) {
  return fmt::format("{}-condition{:04d}", name, portrait.condition);
}

}  // namespace

std::vector<Ramp> ramps_of(const Matrix<double>& rates) {
  const Index bins = rates.cols();
  std::vector<Ramp> ramps;
  if (bins < 3) return ramps;
  const Vector<double> time = Vector<double>::LinSpaced(bins, -0.5, 0.5);  // of the trial
  double largest = 0;
  for (Index i = 0; i < rates.rows(); ++i) {
    const Vector<double> rate = rates.row(i).transpose().array() - rates.row(i).mean();
    const double slope = time.dot(rate) / time.squaredNorm();
    const double left_over = (rate - slope * time).squaredNorm() / static_cast<double>(bins - 2);
    ramps.push_back({i, slope, std::abs(slope) / std::max(std::sqrt(left_over), 1e-12)});
    largest = std::max(largest, std::abs(slope));
  }
  const auto too_small = [&](const Ramp& ramp) {
    return std::abs(ramp.change) < least_change * largest || std::abs(ramp.change) < least_range;
  };
  ramps.erase(std::remove_if(ramps.begin(), ramps.end(), too_small), ramps.end());
  std::stable_sort(ramps.begin(), ramps.end(), [](const Ramp& a, const Ramp& b) { return a.strength > b.strength; });
  return ramps;
}

std::vector<ResultPanel> neuron_panels(const Portrait& portrait, double panel_width) {
  const double width = panel_width - left - right;
  const auto& trial = portrait.trial;
  if (trial.rates.size() == 0 || portrait.moments.empty()) return {};
  const auto rows = by_peak(trial.rates);
  const double top = top_below(title_of(portrait));
  auto raster = rate_table(trial, {"row", "neuron"}), steady = rate_table(trial, {"neuron", "change", "strength"});
  for (std::size_t r = 0; r < rows.size(); ++r) add_rates({r, rows[r]}, trial, rows[r], raster);
  auto ramps = ramps_of(trial.rates);
  const auto found = ramps.size();
  ramps.resize(std::min(found, shown));
  for (const auto& ramp : ramps) add_rates({ramp.neuron, ramp.change, ramp.strength}, trial, ramp.neuron, steady);
  const auto of =
      fmt::format("Mean over {} trial{} of type {}{}, noise left out, of the last network.", trial.trials,
                  trial.trials == 1 ? "" : "s", trial.type, trial.types.empty() ? "" : " (types: " + trial.types + ")");
  const auto some = static_cast<Index>(rows.size()) < trial.rates.rows()
                        ? fmt::format(" {} of {} neurons, evenly from that order.", rows.size(), trial.rates.rows())
                        : "";
  std::vector<ResultPanel> panels;
  panels.push_back(result_panel(
      {panel_width, top + height + 45, "When each neuron is most active",
       [portrait, rows, width](Drawing& drawing) { draw_raster(drawing, portrait, rows, width); }},
      file_of("neurons", portrait),
      of + " A row per neuron, from its least rate to its greatest; a neuron that does not change is dark." + some,
      std::move(raster)));
  if (ramps.empty()) return panels;
  panels.push_back(result_panel(
      {panel_width, top + height + 28 + 9 * static_cast<double>(ramps.size()), "Neurons that ramp",
       [portrait, ramps, width](Drawing& drawing) { draw_ramps(drawing, portrait, ramps, width); }},
      file_of("ramps", portrait),
      of + fmt::format(
               " Strength: change of a straight line fitted over the whole trial, over the standard deviation of "
               "what the line leaves. The {} strongest of the {} that change by at least a tenth of the "
               "largest change; a network of chance has some as well. Neurons count from 0.",
               ramps.size(), found),
      std::move(steady)));
  return panels;
}

}  // namespace stillpoint
