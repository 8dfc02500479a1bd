#include "experiments/report/curve_panels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/statistics/quantiles.hpp"
#include "experiments/report/times_to_criterion.hpp"

namespace stillpoint {

namespace {

constexpr double panel_gap = 52;
constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// The largest budget of the study, or the longest curve.
long last_update(const std::vector<Condition>& conditions) {
  long last = 1;
  for (const auto& condition : conditions)
    for (const auto& run : condition.runs) last = std::max({last, run.updates, run.curve->updates});
  return last;
}

}  // namespace

bool is_hollow(const Condition& condition) {
  return condition.done() < condition.planned() || condition.unmatched() > 0;
}

std::string run_label(const RunRecord& run) {
  auto text = fmt::format("seed {}", run.seed);
  if (run.reached_at) text += fmt::format(", reached at update {}", *run.reached_at);
  if (run.diverged_at) text += fmt::format(", diverged at update {}", *run.diverged_at);
  if (!run.reached_at && !run.diverged_at) text += fmt::format(", not reached within {}", run.updates);
  return text;
}

std::vector<Point> reached_steps(const std::vector<RunRecord>& runs) {
  double percent = 0, budget = 0;
  std::vector<Point> steps{{0, 0}};
  for (const auto& step : kaplan_meier(times_to_criterion(runs))) {
    steps.push_back({step.updates, percent});
    percent = 100 * (1 - step.survival);
    steps.push_back({step.updates, percent});
  }
  for (const auto& run : runs) budget = std::max(budget, static_cast<double>(run.updates));
  steps.push_back({budget, percent});
  return steps;
}

void draw_point(Drawing& drawing, Point at, const Condition& condition, const std::string& colour) {
  drawing.circle(at, 1.7, colour);
  if (is_hollow(condition)) drawing.circle(at, 1.0, "#FFFFFF");
}

Quartiles quartiles_of(const std::vector<std::vector<double>>& curves, std::size_t bins, std::size_t fewest) {
  Quartiles quartiles;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    std::vector<double> values;
    for (const auto& curve : curves)
      if (bin < curve.size() && !std::isnan(curve[bin])) values.push_back(curve[bin]);
    if (values.size() < fewest) values.clear();
    std::sort(values.begin(), values.end());
    quartiles.low.push_back(quantile(values, 0.25));
    quartiles.middle.push_back(quantile(values, 0.5));
    quartiles.high.push_back(quantile(values, 0.75));
  }
  return quartiles;
}

CurvePanels::Measure CurvePanels::choose_measure(const std::vector<Condition>& conditions) {
  double low = infinity, high = -infinity;
  for (const auto& condition : conditions)
    for (const auto& run : condition.runs) {
      low = std::min(low, run.curve->least_accuracy);
      high = std::max(high, run.curve->greatest_accuracy);
    }
  if (low < high)
    return {true, &RunRecord::final_accuracy, "task accuracy", "Accuracy in training", Axis::Scale::linear, -infinity};
  return {false, &RunRecord::final_loss, "task loss", "Loss in training", Axis::Scale::log10, infinity};
}

CurvePanels::CurvePanels(const std::vector<Condition>& conditions)
    : conditions_(conditions),
      measure_(choose_measure(conditions)),
      last_(last_update(conditions)),
      width_(bin_of(last_)),
      bins_(static_cast<std::size_t>((last_ + width_ - 1) / width_)) {
  for (const auto& condition : conditions) {
    std::vector<std::vector<double>> runs;
    for (const auto& run : condition.runs) runs.push_back(binned(run));
    const auto& curve = curves_.emplace_back(quartiles_of(runs, bins_));
    for (const auto* values : {&curve.low, &curve.middle, &curve.high})
      drawn_.insert(drawn_.end(), values->begin(), values->end());
  }
}

Axis CurvePanels::updates(Axis::Scale scale) const {
  const auto last = static_cast<double>(last_);
  if (scale == Axis::Scale::log10) return {"update + 1", centre(0) + 1, last + 1, scale};
  return {"update", 0, last};
}

Axis CurvePanels::values(std::optional<Axis::Scale> scale) const {
  auto axis = Axis::covering(measure_.label, drawn_, scale.value_or(measure_.scale));
  if (axis.scale == Axis::Scale::linear && axis.low > 0)  // a reader takes it for 0
    axis.label += fmt::format(" (axis from {})", tick_label(axis.low));
  return axis;
}

std::vector<double> CurvePanels::binned(const RunRecord& run) const {
  auto means = bin_means(*run.curve, measure_.is_accuracy, width_);
  double last = nan;
  for (auto& mean : means) last = mean = std::isnan(mean) ? last : mean;
  means.resize(bins_, run.diverged() ? measure_.worst : means.empty() ? nan : run.*measure_.final_value);
  return means;
}

Point CurvePanels::at(const Panel& panel, std::size_t bin, double value) const {
  return panel.at(centre(bin) + (panel.x.scale == Axis::Scale::log10 ? 1 : 0), value);
}

void CurvePanels::draw_band(Drawing& drawing, const Panel& panel, const Quartiles& curve, const std::string& colour,
                            double opacity) const {
  std::vector<Point> outline, back;
  for (std::size_t bin = 0; bin < bins_; ++bin) {
    if (!std::isfinite(curve.low[bin]) && !std::isfinite(curve.high[bin])) continue;
    outline.push_back(at(panel, bin, curve.low[bin]));
    back.push_back(at(panel, bin, curve.high[bin]));
  }
  outline.insert(outline.end(), back.rbegin(), back.rend());
  if (!outline.empty()) drawing.polygon(outline, colour, opacity);
}

void CurvePanels::draw_curves(Drawing& drawing, const Panel& panel, const std::vector<Series>& series) const {
  const double opacity = series.size() > 8 ? 0.05 : series.size() > 4 ? 0.10 : 0.18;
  for (const auto& [condition, stroke] : series) {
    drawing.begin("series", "", static_cast<long>(condition));
    draw_band(drawing, panel, curves_[condition], stroke.colour, opacity);
    drawing.end();
  }
  for (const auto& [condition, stroke] : series) {
    std::vector<Point> points;
    for (std::size_t bin = 0; bin < bins_; ++bin) {
      const double value = curves_[condition].middle[bin];
      points.push_back(at(panel, bin, std::isfinite(value) ? value : nan));
    }
    drawing.begin("series", "", static_cast<long>(condition));
    drawing.polyline(points, stroke);
    const auto end = std::find_if(points.rbegin(), points.rend(), [](Point at) { return std::isfinite(at.y); });
    if (is_hollow(conditions_[condition]) && end != points.rend())
      draw_point(drawing, *end, conditions_[condition], stroke.colour);
    drawing.end();
  }
}

void CurvePanels::draw_runs(Drawing& drawing, const Panel& panel, const std::vector<Series>& series,
                            std::size_t most) const {
  std::size_t all = 0;
  for (const auto& each : series) all += std::min(conditions_[each.condition].runs.size(), most);
  const double opacity = std::clamp(5 / static_cast<double>(std::max<std::size_t>(1, all)), 0.04, 0.25);
  for (const auto& [condition, stroke] : series) {
    drawing.begin("series runs", "", static_cast<long>(condition));
    const auto& runs = conditions_[condition].runs;
    for (std::size_t k = 0; k < std::min(runs.size(), most); ++k) {
      const auto& run = runs[k];
      const auto values = binned(run);
      std::vector<Point> points;
      for (std::size_t bin = 0; bin < values.size(); ++bin)
        points.push_back(at(panel, bin, std::isfinite(values[bin]) ? values[bin] : nan));
      drawing.begin("run", conditions_[condition].name() + ", " + run_label(run));
      drawing.polyline(points, {stroke.colour, 0.5, "", opacity});
      drawing.end();
    }
    drawing.end();
  }
}

void CurvePanels::draw_reached(Drawing& drawing, const Panel& panel, const std::vector<Series>& series,
                               double spacing) const {
  for (std::size_t i = 0; i < series.size(); ++i) {
    const auto& condition = conditions_[series[i].condition];
    const auto& stroke = series[i].stroke;
    if (condition.runs.empty()) continue;
    drawing.begin("series", "", static_cast<long>(series[i].condition));
    std::vector<Point> points;
    for (const auto& step : reached_steps(condition.runs)) points.push_back(panel.at(step.x, step.y));
    drawing.polyline(points, stroke);
    if (is_hollow(condition)) draw_point(drawing, points.back(), condition, stroke.colour);
    if (spacing > 0) {
      const long reached = std::count_if(condition.runs.begin(), condition.runs.end(),
                                         [](const RunRecord& run) { return run.reached_at.has_value(); });
      const auto share = share_of(reached, condition.done());
      const double x = panel.corner.x + panel.width + 7 + spacing * static_cast<double>(i);
      drawing.line({x, panel.at(0, 100 * share.low).y}, {x, panel.at(0, 100 * share.high).y}, {stroke.colour, 0.9, ""});
      draw_point(drawing, {x, panel.at(0, 100 * share.value).y}, condition, stroke.colour);
    }
    drawing.end();
  }
}

void CurvePanels::draw(Drawing& drawing, double top, const std::vector<Series>& series) const {
  const auto count = static_cast<double>(std::max<std::size_t>(1, series.size()));
  const double spacing = std::min(5., 120 / count);  // of the intervals that stand to the right of panel b
  const double width = (page_width - left - panel_gap - 8 - spacing * count) / 2;
  const Panel curves{{left, top}, width, height, updates(), values()};
  draw_curves(drawing, curves, series);
  curves.draw_axes(drawing, "a", title());
  const Panel reached{{left + width + panel_gap, top}, width, height, updates(), percent()};
  draw_reached(drawing, reached, series, spacing);
  reached.draw_axes(drawing, "b", "Runs that reached criterion");
}

}  // namespace stillpoint
