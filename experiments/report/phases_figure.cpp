#include "experiments/report/phases_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/panel.hpp"

namespace stillpoint {

namespace {

constexpr double left_margin = 46, right_margin = 12, top_margin = 48, panel_height = 150, legend_top = 240;
const std::string main_colour = "#D55E00", other_colour = "#CC79A7", line_colour = "#0072B2", loss_colour = "#555555";

/// Colour and opacity, which are seen on white and on black.
std::pair<std::string, double> shade_of(const std::string& phase) {
  if (phase == "search") return {"#0072B2", 0.09};
  if (phase == "drop") return {"#D55E00", 0.22};
  if (phase == "comprehension") return {"#009E73", 0.11};
  return {"#000000", 0.05};
}

std::string caption(const LearningPhases& found, const std::string& step) {
  using Verdict = LearningPhases::Verdict;
  if (found.verdict == Verdict::none) return "no fall of the loss was found";
  if (found.verdict == Verdict::gradual)
    return found.drops.empty() ? "gradual: it fell, and no drop was found"
                               : "gradual: it fell, but not by a drop that lasted";
  const auto* main = found.drop();
  const std::string words = found.verdict == Verdict::abrupt ? "abrupt: drop" : "undone: drop";
  if (!main) return "undone: it fell, and came back";
  const auto others = found.drops.size() > 1 ? fmt::format(", the largest of {}", found.drops.size()) : "";
  return fmt::format("{} at {} {:g} (95 % interval {:g} to {:g}){}; {:.1f} of BIC, {}", words, step, main->update.value,
                     main->update.low, main->update.high, others, main->evidence, strength(main->evidence));
}

/// Its middle with its interval, above the panel; the main one's is dashed through it.
void draw(Drawing& drawing, const Panel& panel, const LearningPhases::Drop& drop, bool main) {
  const auto x_of = [&](double update) { return panel.at(update, panel.y.high).x; };
  const std::string colour = main ? main_colour : other_colour;
  const double at = x_of(drop.update.value), low = x_of(drop.update.low), high = x_of(drop.update.high),
               y = top_margin - 15;
  if (main) drawing.line({at, top_margin}, {at, top_margin + panel_height}, {colour, 0.8, "3 1.5"});
  drawing.line({low, y}, {high, y}, {colour, 1.6, ""});
  for (const double end : {low, high}) drawing.line({end, y - 3}, {end, y + 3}, {colour, 0.8, ""});
  drawing.circle({at, y}, main ? 2.2 : 1.6, colour);
}

void draw_key(Drawing& drawing, double x, const std::string& text, const Stroke& stroke, bool dot) {
  drawing.line({x, legend_top}, {x + 20, legend_top}, stroke);
  if (dot) drawing.circle({x + 10, legend_top}, 2.2, stroke.colour);
  drawing.text({x + 25, legend_top + 2.5}, text);
}

void draw_phases(Drawing& drawing, const LossCurve& curve, const LearningPhases& found, const std::string& title) {
  const auto scale = found.logarithmic ? Axis::Scale::log10 : Axis::Scale::linear;
  const Panel panel{{left_margin, top_margin},
                    page_width - left_margin - right_margin,
                    panel_height,
                    Axis{curve.step, curve.update.front(), curve.update.back()},
                    Axis::covering(curve.name, curve.loss, scale)};
  const auto x_of = [&](double update) { return panel.at(update, panel.y.high).x; };
  if (found.phases.size() > 1)
    for (const auto& phase : found.phases) {
      const double from = x_of(phase.from), to = x_of(phase.to);
      const double end = std::max(from + 0.8, to), bottom = top_margin + panel_height;
      const auto [colour, opacity] = shade_of(phase.name);
      drawing.polygon({{from, top_margin}, {end, top_margin}, {end, bottom}, {from, bottom}}, colour, opacity);
      // A drop is mostly narrower than its name.
      if (to - from > 4.5 * static_cast<double>(phase.name.size()))
        drawing.text({(from + to) / 2, top_margin - 4}, phase.name, {7, "middle", 0, "#444444"});
    }
  for (const auto& drop : found.drops) draw(drawing, panel, drop, &drop == found.drop());
  const auto line = [&](const std::vector<double>& update, const std::vector<double>& loss, const Stroke& stroke) {
    std::vector<Point> points;
    for (std::size_t i = 0; i < update.size(); ++i) points.push_back(panel.at(update[i], loss[i]));
    drawing.polyline(points, stroke);
  };
  line(curve.update, curve.loss, {loss_colour, 0.7, ""});
  line(found.update, found.fitted, {line_colour, 1.3, ""});
  for (const auto& drop : found.drops) line(drop.window, drop.fitted, {line_colour, 1.3, ""});
  panel.draw_axes(drawing, "", "");
  drawing.text({left_margin, 12}, title, {8, "start", 0, "#000000", true});
  drawing.text({left_margin, 23}, caption(found, curve.step), {7});

  draw_key(drawing, left_margin, "curve", {loss_colour, 0.7, ""}, false);
  draw_key(drawing, left_margin + 65, "fitted model", {line_colour, 1.3, ""}, false);
  if (!found.drops.empty())
    draw_key(drawing, left_margin + 150, "main drop, 95 % interval", {main_colour, 1.6, ""}, true);
  if (found.drops.size() > 1) draw_key(drawing, left_margin + 275, "other drops", {other_colour, 1.6, ""}, true);
}

}  // namespace

Figure phases_figure(LossCurve curve, LearningPhases found, std::string title) {
  return {page_width, legend_top + 16, title,
          [curve = std::move(curve), found = std::move(found), title](Drawing& drawing) {
            draw_phases(drawing, curve, found, title);
          }};
}

}  // namespace stillpoint
