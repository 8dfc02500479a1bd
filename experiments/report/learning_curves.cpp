#include "experiments/report/learning_curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/statistics/quantiles.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/report/times_to_criterion.hpp"

namespace stillpoint {

namespace {

constexpr double panel_height = 135, left_margin = 40, top_margin = 24, panel_gap = 52, interval_spacing = 5;
constexpr double legend_top = top_margin + panel_height + 40, legend_row = 11, note_row = 9, sample_width = 24;
constexpr std::size_t most_conditions = 8, most_bins = 100;
constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// Which curve panel a shows. `worst` is what a run that diverged counts as.
struct Measure {
  std::vector<double> RunRecord::*values;
  double RunRecord::*final_value;
  std::string label, title;
  Axis::Scale scale;
  double worst;
};

Measure choose_measure(const std::vector<Condition>& conditions) {
  double low = infinity, high = -infinity;
  for (const auto& condition : conditions)
    for (const auto& run : condition.runs)
      for (const double value : run.accuracy)
        if (std::isfinite(value)) {
          low = std::min(low, value);
          high = std::max(high, value);
        }
  if (low < high)
    return {&RunRecord::accuracy,   &RunRecord::final_accuracy, "task accuracy",
            "Accuracy in training", Axis::Scale::linear,        -infinity};
  return {&RunRecord::loss, &RunRecord::final_loss, "task loss", "Loss in training", Axis::Scale::log10, infinity};
}

/// The last update of the study: the largest budget, or the end of the longest curve.
double last_update(const std::vector<Condition>& conditions) {
  double last = 1;
  for (const auto& condition : conditions)
    for (const auto& run : condition.runs) {
      last = std::max(last, static_cast<double>(run.updates));
      if (!run.update.empty()) last = std::max(last, run.update.back());
    }
  return last;
}

/// Updates [k * width, (k + 1) * width) form bin k; the last bin takes what comes after.
struct Bins {
  std::size_t count;
  double width;
  /// Mean of the updates in the bin.
  double centre(std::size_t bin) const { return static_cast<double>(bin) * width + (width - 1) / 2; }
};

Bins choose_bins(double last) {
  const double width = std::ceil(last / most_bins);
  return {static_cast<std::size_t>(std::ceil(last / width)), width};
}

/// Mean of the run's curve in each bin; NaN before it begins or without one. After its end: `worst` if the run
/// diverged, else its final value.
std::vector<double> binned(const RunRecord& run, const Measure& measure, const Bins& bins) {
  const auto& values = run.*measure.values;
  std::vector<double> sum(bins.count, 0), count(bins.count, 0);
  std::size_t end = 0;  // bins with data lie before it
  for (std::size_t k = 0; k < std::min(values.size(), run.update.size()); ++k) {
    if (!std::isfinite(values[k])) continue;
    const auto bin = std::min(static_cast<std::size_t>(run.update[k] / bins.width), bins.count - 1);
    sum[bin] += values[k];
    ++count[bin];
    end = std::max(end, bin + 1);
  }
  const double afterwards = run.diverged() ? measure.worst : end == 0 ? nan : run.*measure.final_value;
  std::vector<double> means(bins.count, afterwards);
  double last = nan;
  for (std::size_t bin = 0; bin < end; ++bin) {
    if (count[bin] > 0) last = sum[bin] / count[bin];
    means[bin] = last;
  }
  return means;
}

struct Quartiles {
  std::vector<double> low, middle, high;  // one per bin, NaN without runs
};

Quartiles quartiles(const std::vector<RunRecord>& runs, const Measure& measure, const Bins& bins) {
  std::vector<std::vector<double>> curves;
  for (const auto& run : runs) curves.push_back(binned(run, measure, bins));
  Quartiles result;
  for (std::size_t bin = 0; bin < bins.count; ++bin) {
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

void draw_band(Svg& svg, const Panel& panel, const Quartiles& curve, const Bins& bins, const std::string& colour,
               double opacity) {
  std::vector<Point> outline, back;
  for (std::size_t bin = 0; bin < bins.count; ++bin) {
    if (!std::isfinite(curve.low[bin]) && !std::isfinite(curve.high[bin])) continue;
    outline.push_back(panel.at(bins.centre(bin), curve.low[bin]));
    back.push_back(panel.at(bins.centre(bin), curve.high[bin]));
  }
  outline.insert(outline.end(), back.rbegin(), back.rend());
  if (!outline.empty()) svg.polygon(outline, colour, opacity);
}

/// The panels share the page with the intervals that stand to the right of panel b.
double panel_width(std::size_t conditions) {
  const double intervals = 8 + interval_spacing * static_cast<double>(conditions);
  return (page_width - left_margin - panel_gap - intervals) / 2;
}

void draw_curves(Svg& svg, const std::vector<Condition>& conditions, const Bins& bins, double last) {
  const auto measure = choose_measure(conditions);
  std::vector<Quartiles> curves;
  std::vector<double> drawn;
  for (const auto& condition : conditions) {
    curves.push_back(quartiles(condition.runs, measure, bins));
    for (const auto* values : {&curves.back().low, &curves.back().middle, &curves.back().high})
      drawn.insert(drawn.end(), values->begin(), values->end());
  }
  const auto y_axis = Axis::covering(measure.label, drawn, measure.scale);
  const Axis x_axis{"update", 0, last};
  const Panel panel{{left_margin, top_margin}, panel_width(conditions.size()), panel_height, x_axis, y_axis};
  const double opacity = conditions.size() > 4 ? 0.10 : 0.18;
  for (std::size_t i = 0; i < curves.size(); ++i)
    draw_band(svg, panel, curves[i], bins, series_stroke(i).colour, opacity);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    std::vector<Point> points;
    for (std::size_t bin = 0; bin < bins.count; ++bin) {
      const double value = curves[i].middle[bin];
      points.push_back(panel.at(bins.centre(bin), std::isfinite(value) ? value : nan));
    }
    svg.polyline(points, series_stroke(i));
  }
  panel.draw_axes(svg, "a", measure.title);
}

void draw_reached_curve(Svg& svg, const Panel& panel, const std::vector<RunRecord>& runs, const Stroke& stroke) {
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
}

void draw_reached(Svg& svg, const std::vector<Condition>& conditions, double last) {
  const double width = panel_width(conditions.size());
  // A little room below 0 and above 100 keeps curves clear of the axis.
  const Axis y_axis{"runs at criterion (%)", -3, 103};
  const Axis x_axis{"update", 0, last};
  const Panel panel{{left_margin + width + panel_gap, top_margin}, width, panel_height, x_axis, y_axis};
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const auto& runs = conditions[i].runs;
    if (runs.empty()) continue;
    const auto stroke = series_stroke(i);
    draw_reached_curve(svg, panel, runs, stroke);

    const long reached =
        std::count_if(runs.begin(), runs.end(), [](const RunRecord& run) { return run.reached_at.has_value(); });
    const auto interval = wilson_interval(reached, static_cast<long>(runs.size()));
    const double share = static_cast<double>(reached) / static_cast<double>(runs.size());
    const double x = panel.corner.x + width + 7 + interval_spacing * static_cast<double>(i);
    svg.line({x, panel.at(0, 100 * interval.low).y}, {x, panel.at(0, 100 * interval.high).y}, {stroke.colour, 0.9, ""});
    svg.circle({x, panel.at(0, 100 * share).y}, 1.7, stroke.colour);
  }
  panel.draw_axes(svg, "b", "Runs that reached criterion");
}

bool stopped_early(const RunRecord& run) {
  return !run.diverged() && !run.update.empty() && run.update.back() + 1 < static_cast<double>(run.updates);
}

std::vector<std::string> notes_on(const std::vector<Condition>& conditions, const Bins& bins, std::size_t all) {
  std::vector<std::string> notes{
      fmt::format(
          "a: median (line) and quartiles (band) over runs, each averaged in bins of {:.0f} update{}; a run that "
          "diverged counts as the worst from then on.",
          bins.width, bins.width > 1 ? "s" : ""),
      "b: 1 − Kaplan–Meier estimate; points: share of all runs that reached, with Wilson 95 % interval."};
  const bool any_stopped = std::any_of(conditions.begin(), conditions.end(), [](const Condition& condition) {
    return std::any_of(condition.runs.begin(), condition.runs.end(), stopped_early);
  });
  if (any_stopped) notes.push_back("A run that stopped early goes on with its final value on the evaluation trials.");
  if (conditions.size() < all)
    notes.push_back(fmt::format("The first {} of {} conditions are shown.", conditions.size(), all));
  return notes;
}

std::string legend_entry(const std::string& label, const std::vector<RunRecord>& runs) {
  constexpr std::size_t longest = 80;  // bytes that fit on the page, with the counts
  auto text = label;
  if (text.size() > longest) {
    const auto inside_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    auto end = longest;
    while (end > 0 && inside_character(text[end])) --end;
    text = text.substr(0, end) + "...";
  }
  const auto lost = std::count_if(runs.begin(), runs.end(), [](const RunRecord& run) { return run.diverged(); });
  return fmt::format("{} (n = {}, {} diverged)", text, runs.size(), lost);
}

struct Legend {
  std::vector<std::string> entries;
  double column;     // width [pt]
  std::size_t rows;  // as few as fit on the page
};

Legend lay_out(std::vector<std::string> entries) {
  constexpr double letter = 3.9;  // width [pt]; letters of 7-point sans-serif type are narrower on average
  std::size_t longest = 0;
  for (const auto& entry : entries) longest = std::max(longest, entry.size());
  const double column = sample_width + 14 + letter * static_cast<double>(longest);
  const auto columns = static_cast<std::size_t>(std::max(1.0, std::floor((page_width - left_margin) / column)));
  const auto rows = (entries.size() + columns - 1) / columns;
  return {std::move(entries), column, rows};
}

void draw_legend(Svg& svg, const Legend& legend) {
  for (std::size_t i = 0; i < legend.entries.size(); ++i) {
    const double x = left_margin + legend.column * static_cast<double>(i / legend.rows);
    const double y = legend_top + legend_row * static_cast<double>(i % legend.rows);
    svg.line({x, y - 2.5}, {x + sample_width, y - 2.5}, series_stroke(i));
    svg.text({x + sample_width + 6, y}, legend.entries[i]);
  }
}

}  // namespace

std::string learning_curve_figure(const StudyRecord& study) {
  const auto shown = std::min(study.conditions.size(), most_conditions);
  const std::vector<Condition> conditions(study.conditions.begin(),
                                          study.conditions.begin() + static_cast<std::ptrdiff_t>(shown));
  const double last = last_update(conditions);
  const auto bins = choose_bins(last);

  std::vector<std::string> entries;
  for (std::size_t i = 0; i < shown; ++i) entries.push_back(legend_entry(conditions[i].name(), conditions[i].runs));
  const auto legend = lay_out(std::move(entries));
  const auto notes = notes_on(conditions, bins, study.conditions.size());

  const double notes_top = legend_top + legend_row * static_cast<double>(legend.rows) + 3;
  Svg svg(page_width, notes_top + note_row * static_cast<double>(notes.size()), study.name);
  draw_curves(svg, conditions, bins, last);
  draw_reached(svg, conditions, last);
  draw_legend(svg, legend);
  for (std::size_t i = 0; i < notes.size(); ++i)
    svg.text({left_margin, notes_top + note_row * static_cast<double>(i)}, notes[i], {6, "start", 0, "#555555"});
  return svg.str();
}

}  // namespace stillpoint
