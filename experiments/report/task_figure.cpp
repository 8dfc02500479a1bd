#include "experiments/report/task_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "experiments/report/panel.hpp"
#include "experiments/report/svg.hpp"

namespace stillpoint {

namespace {

constexpr double left_margin = 92, right_margin = 8, top_margin = 48, bottom_margin = 42, column_gap = 12,
                 strip_gap = 4;
constexpr double group_gap = 14;  // between inputs and outputs
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const std::string shade = "#E3E3E3", faint = "#999999";
const Stroke input_stroke{"#000000", 0.8, ""}, target_stroke{"#0072B2", 1.6, ""}, zero_stroke{"#BBBBBB", 0.4, ""};

/// The strips of one kind of channel: all share a scale.
struct Group {
  const Matrix<double>& values;
  double top, height;  // of the first strip; those below follow
  Axis y;

  double top_of(Index channel) const { return top + static_cast<double>(channel) * (height + strip_gap); }
  double bottom() const { return top_of(values.rows()) - strip_gap; }
};

/// Spans what is shown and 0, so that the level of silence can be seen.
Axis scale_of(const TaskExamples& examples, const Matrix<double>& values, bool graded_only) {
  const auto& trials = examples.trials;
  std::vector<double> shown{0};
  for (const Index trial : examples.shown)
    for (Index t = 0; t < trials.steps; ++t)
      for (Index channel = 0; channel < values.rows(); ++channel)
        if (!graded_only || trials.mask(channel, trials.column(t, trial)) == 1)
          shown.push_back(values(channel, trials.column(t, trial)));
  return Axis::covering("", shown);
}

/// Held within a step: a staircase, with corners only where the value changes; a gap where `drawn` says so.
template <class Drawn>
std::vector<Point> staircase(const Panel& panel, const TaskExamples& examples, const Matrix<double>& values,
                             Index channel, Index trial, Drawn drawn) {
  std::vector<Point> points;
  double before = nan;
  const Index length = examples.trials.length[static_cast<std::size_t>(trial)];
  for (Index t = 0; t < length; ++t) {
    const double value = drawn(t) ? values(channel, examples.trials.column(t, trial)) : nan;
    const auto corner = panel.at(static_cast<double>(t) * examples.dt_ms, value),
               end = panel.at(static_cast<double>(t + 1) * examples.dt_ms, value);
    if (value == before)
      points.back() = end;
    else
      points.insert(points.end(), {corner, end});
    before = value;
  }
  return points;
}

void shade_graded(Svg& svg, const Panel& panel, const TaskExamples& examples, Index output, Index trial) {
  const auto& trials = examples.trials;
  const auto graded = [&](Index t) { return t < trials.steps && trials.mask(output, trials.column(t, trial)) == 1; };
  for (Index t = 0; t < trials.steps; ++t) {
    if (!graded(t)) continue;
    const double from = panel.at(static_cast<double>(t) * examples.dt_ms, 0).x;
    while (graded(t)) ++t;
    const double to = panel.at(static_cast<double>(t) * examples.dt_ms, 0).x;
    svg.rect({from, panel.corner.y}, to - from, panel.height, shade);
  }
}

void draw_time_axis(Svg& svg, const Panel& panel, double bottom) {
  constexpr double tick = 3;
  svg.line({panel.corner.x, bottom}, {panel.corner.x + panel.width, bottom}, {});
  const auto ticks = panel.x.ticks();
  // Labels stay apart in narrow columns.
  const double apart = panel.width / static_cast<double>(ticks.size());
  const auto stride = static_cast<std::size_t>(std::ceil(22 / apart));
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    const double x = panel.at(ticks[i], 0).x;
    svg.line({x, bottom}, {x, bottom + tick}, {});
    if (i % stride == 0) svg.text({x, bottom + tick + 7.5}, tick_label(ticks[i]), {7, "middle"});
  }
}

/// Names of the channels, and the scale beside the first of them.
template <class Name>
void draw_names(Svg& svg, const Group& group, Name name) {
  const double size = std::clamp(group.height * 0.8, 2.0, 7.5);
  for (Index channel = 0; channel < group.values.rows(); ++channel)
    svg.text({left_margin - 26, group.top_of(channel) + group.height / 2 + size / 3}, name(channel), {size, "end"});
  const Panel first{{left_margin, group.top}, 1, group.height, {}, group.y};
  const double x = left_margin - 5;
  svg.line({x, group.top}, {x, group.top + group.height}, {faint, 0.6, ""});
  for (const double value : {group.y.low, group.y.high}) {
    const double y = first.at(0, value).y;
    svg.line({x - 2, y}, {x, y}, {faint, 0.6, ""});
    svg.text({x - 3.5, y + 2}, tick_label(value), {5.5, "end", 0, "#555555"});
  }
}

}  // namespace

std::string task_figure(const TaskExamples& examples) {
  const auto& trials = examples.trials;
  // Strips of a comfortable height, lower where there are many, so that the figure stays on a page as long as it can.
  const double channels = static_cast<double>(trials.inputs.rows() + trials.targets.rows());
  const double height = std::clamp(480 / channels, 4.0, 34.0);
  const Group inputs{trials.inputs, top_margin, height, scale_of(examples, trials.inputs, false)};
  const Group outputs{trials.targets, inputs.bottom() + group_gap, height, scale_of(examples, trials.targets, true)};
  const double bottom = outputs.bottom() + 3;
  Svg svg(page_width, bottom + bottom_margin, "Example trials: " + examples.title);
  svg.text({8, 13}, examples.title, {9, "start", 0, "#000000", true});

  draw_names(svg, inputs, [&](Index channel) { return examples.task.input_name(channel); });
  draw_names(svg, outputs, [&](Index channel) { return fmt::format("output {}", channel); });

  const auto columns = static_cast<double>(examples.shown.size());
  const double width = (page_width - left_margin - right_margin - column_gap * (columns - 1)) / columns;
  Index longest = 0;
  for (const Index trial : examples.shown) longest = std::max(longest, trials.length[static_cast<std::size_t>(trial)]);
  const Axis time{"", 0, static_cast<double>(longest) * examples.dt_ms};
  double x = left_margin;
  for (const Index trial : examples.shown) {
    for (const auto* group : {&inputs, &outputs})
      for (Index channel = 0; channel < group->values.rows(); ++channel) {
        const bool output = group == &outputs;
        const Panel panel{{x, group->top_of(channel)}, width, group->height, time, group->y};
        const auto graded = [&](Index t) { return !output || trials.mask(channel, trials.column(t, trial)) == 1; };
        if (output) shade_graded(svg, panel, examples, channel, trial);
        svg.line(panel.at(0, 0), panel.at(time.high, 0), zero_stroke);
        svg.polyline(staircase(panel, examples, group->values, channel, trial, graded),
                     output ? target_stroke : input_stroke);
      }
    svg.text({x + width / 2, top_margin - 18}, fmt::format("trial {}", trial), {7.5, "middle"});
    svg.text({x + width / 2, top_margin - 9},
             fmt::format("condition {}", trials.condition[static_cast<std::size_t>(trial)]), {7.5, "middle"});
    draw_time_axis(svg, {{x, top_margin}, width, bottom - top_margin, time, {}}, bottom);
    x += width + column_gap;
  }
  svg.text({(left_margin + page_width - right_margin) / 2, bottom + 23}, "time (ms)", {8, "middle"});
  const double legend = bottom + 35;
  svg.line({left_margin, legend - 2.5}, {left_margin + 14, legend - 2.5}, target_stroke);
  svg.text({left_margin + 18, legend}, "target");
  svg.rect({left_margin + 50, legend - 6}, 14, 7, shade);
  svg.text({left_margin + 68, legend}, "graded");
  return svg.str();
}

}  // namespace stillpoint
