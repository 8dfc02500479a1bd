#include "experiments/report/curve_panels.hpp"

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

/// The end of the curve of runs that reached.
Point draw_reached_curve(Svg& svg, const Panel& panel, const std::vector<RunRecord>& runs, const Stroke& stroke) {
  double percent = 0, budget = 0;
  std::vector<Point> points{panel.at(0, 0)};
  for (const auto& step : kaplan_meier(times_to_criterion(runs))) {
    points.push_back(panel.at(step.updates, percent));
    percent = 100 * (1 - step.survival);
    points.push_back(panel.at(step.updates, percent));
  }
  for (const auto& run : runs) budget = std::max(budget, static_cast<double>(run.updates));
  points.push_back(panel.at(budget, percent));
  svg.polyline(points, stroke);
  return points.back();
}

}  // namespace

bool is_hollow(const Condition& condition) {
  return condition.done() < condition.planned() || condition.unmatched() > 0;
}

void draw_point(Svg& svg, Point at, const Condition& condition, const std::string& colour) {
  svg.circle(at, 1.7, colour);
  if (is_hollow(condition)) svg.circle(at, 1.0, "#FFFFFF");
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
  std::vector<double> drawn;
  for (const auto& condition : conditions) {
    const auto& curve = curves_.emplace_back(quartiles(condition.runs));
    for (const auto* values : {&curve.low, &curve.middle, &curve.high})
      drawn.insert(drawn.end(), values->begin(), values->end());
  }
  y_ = Axis::covering(measure_.label, drawn, measure_.scale);
}

/// Mean of the run's curve in each bin; NaN before it begins or without one. After its end: `worst` if the run
/// diverged, else its final value.
std::vector<double> CurvePanels::binned(const RunRecord& run) const {
  auto means = bin_means(*run.curve, measure_.is_accuracy, width_);
  double last = nan;
  for (auto& mean : means) last = mean = std::isnan(mean) ? last : mean;
  means.resize(bins_, run.diverged() ? measure_.worst : means.empty() ? nan : run.*measure_.final_value);
  return means;
}

CurvePanels::Quartiles CurvePanels::quartiles(const std::vector<RunRecord>& runs) const {
  std::vector<std::vector<double>> curves;
  for (const auto& run : runs) curves.push_back(binned(run));
  Quartiles result;
  for (std::size_t bin = 0; bin < bins_; ++bin) {
    std::vector<double> values;
    for (const auto& curve : curves)
      if (!std::isnan(curve[bin])) values.push_back(curve[bin]);
    std::sort(values.begin(), values.end());
    result.low.push_back(quantile(values, 0.25));
    result.middle.push_back(quantile(values, 0.5));
    result.high.push_back(quantile(values, 0.75));
  }
  return result;
}

void CurvePanels::draw_band(Svg& svg, const Panel& panel, const Quartiles& curve, const std::string& colour,
                            double opacity) const {
  std::vector<Point> outline, back;
  for (std::size_t bin = 0; bin < bins_; ++bin) {
    if (!std::isfinite(curve.low[bin]) && !std::isfinite(curve.high[bin])) continue;
    outline.push_back(panel.at(centre(bin), curve.low[bin]));
    back.push_back(panel.at(centre(bin), curve.high[bin]));
  }
  outline.insert(outline.end(), back.rbegin(), back.rend());
  if (!outline.empty()) svg.polygon(outline, colour, opacity);
}

void CurvePanels::draw_curves(Svg& svg, const Panel& panel, const std::vector<Series>& series) const {
  const double opacity = series.size() > 8 ? 0.05 : series.size() > 4 ? 0.10 : 0.18;
  for (const auto& [condition, stroke] : series) draw_band(svg, panel, curves_[condition], stroke.colour, opacity);
  for (const auto& [condition, stroke] : series) {
    std::vector<Point> points;
    for (std::size_t bin = 0; bin < bins_; ++bin) {
      const double value = curves_[condition].middle[bin];
      points.push_back(panel.at(centre(bin), std::isfinite(value) ? value : nan));
    }
    svg.polyline(points, stroke);
    const auto end = std::find_if(points.rbegin(), points.rend(), [](Point at) { return std::isfinite(at.y); });
    if (is_hollow(conditions_[condition]) && end != points.rend())
      draw_point(svg, *end, conditions_[condition], stroke.colour);
  }
  panel.draw_axes(svg, "a", measure_.title);
}

void CurvePanels::draw_reached(Svg& svg, const Panel& panel, const std::vector<Series>& series, double spacing) const {
  for (std::size_t i = 0; i < series.size(); ++i) {
    const auto& condition = conditions_[series[i].condition];
    const auto& stroke = series[i].stroke;
    if (condition.runs.empty()) continue;
    const auto end = draw_reached_curve(svg, panel, condition.runs, stroke);
    if (is_hollow(condition)) draw_point(svg, end, condition, stroke.colour);

    const long reached = std::count_if(condition.runs.begin(), condition.runs.end(),
                                       [](const RunRecord& run) { return run.reached_at.has_value(); });
    const auto share = share_of(reached, condition.done());
    const double x = panel.corner.x + panel.width + 7 + spacing * static_cast<double>(i);
    svg.line({x, panel.at(0, 100 * share.low).y}, {x, panel.at(0, 100 * share.high).y}, {stroke.colour, 0.9, ""});
    draw_point(svg, {x, panel.at(0, 100 * share.value).y}, condition, stroke.colour);
  }
  panel.draw_axes(svg, "b", "Runs that reached criterion");
}

void CurvePanels::draw(Svg& svg, double top, const std::vector<Series>& series) const {
  const auto count = static_cast<double>(std::max<std::size_t>(1, series.size()));
  const double spacing = std::min(5., 120 / count);  // of the intervals that stand to the right of panel b
  const double width = (page_width - left - panel_gap - 8 - spacing * count) / 2;
  draw_curves(svg, {{left, top}, width, height, updates(), y_}, series);
  // A little room below 0 and above 100 keeps curves clear of the axis.
  const Axis percent{"runs at criterion (%)", -3, 103};
  draw_reached(svg, {{left + width + panel_gap, top}, width, height, updates(), percent}, series, spacing);
}

}  // namespace stillpoint
