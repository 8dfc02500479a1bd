#include "experiments/report/phases_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/svg.hpp"

namespace stillpoint {

namespace {

constexpr double left_margin = 46, right_margin = 12, top_margin = 48, panel_height = 150, legend_top = 240;

/// Search, drop and comprehension; one phase alone is not shaded.
const std::string shades[] = {"#E8EEF4", "#F6DCC8", "#E2F0EA"};

std::string caption(const LearningPhases& found) {
  if (found.verdict == LearningPhases::Verdict::none) return "no fall of the loss was found";
  const auto evidence =
      fmt::format("BIC favours the {} by {:.1f}, {}", found.evidence > 0 ? "broken line" : "smooth decay",
                  std::abs(found.evidence), strength(found.evidence));
  if (!found.drop) return "gradual: " + evidence;
  const auto& drop = found.drop->update;
  return fmt::format("abrupt: drop at update {:g} (95 % interval {:g} to {:g}); {}", drop.value, drop.low, drop.high,
                     evidence);
}

}  // namespace

std::string phases_figure(const LossCurve& curve, const LearningPhases& found, const std::string& title) {
  Svg svg(page_width, legend_top + 16, title);
  const Axis x{"update", curve.update.front(), curve.update.back()};
  const Panel panel{{left_margin, top_margin},
                    page_width - left_margin - right_margin,
                    panel_height,
                    x,
                    Axis::covering("loss", curve.loss, Axis::Scale::log10)};
  const double bottom = top_margin + panel_height;
  if (found.drop) {
    for (std::size_t i = 0; i < found.phases.size(); ++i) {
      const auto& phase = found.phases[i];
      const double from = panel.at(phase.from, 1).x, to = panel.at(phase.to, 1).x;
      svg.rect({from, top_margin}, std::max(0.8, to - from), panel_height, shades[i]);
      // The drop is mostly narrower than its name.
      if (to - from > 4.5 * static_cast<double>(phase.name.size()))
        svg.text({(from + to) / 2, top_margin - 4}, phase.name, {7, "middle", 0, "#444444"});
    }
    const auto& drop = found.drop->update;
    const double at = panel.at(drop.value, 1).x, low = panel.at(drop.low, 1).x, high = panel.at(drop.high, 1).x;
    const double y = top_margin - 15;
    svg.line({at, top_margin}, {at, bottom}, {"#D55E00", 0.8, "3 1.5"});
    svg.line({low, y}, {high, y}, {"#D55E00", 1.6, ""});
    for (const double end : {low, high}) svg.line({end, y - 3}, {end, y + 3}, {"#D55E00", 0.8, ""});
    svg.circle({at, y}, 2.2, "#D55E00");
  }
  std::vector<Point> measured, fitted;
  for (std::size_t i = 0; i < curve.loss.size(); ++i) measured.push_back(panel.at(curve.update[i], curve.loss[i]));
  for (std::size_t i = 0; i < found.fitted.size(); ++i) fitted.push_back(panel.at(found.update[i], found.fitted[i]));
  svg.polyline(measured, {"#555555", 0.7, ""});
  svg.polyline(fitted, {"#0072B2", 1.3, ""});
  panel.draw_axes(svg, "", "");
  svg.text({left_margin, 12}, title, {8, "start", 0, "#000000", true});
  svg.text({left_margin, 23}, caption(found), {7});

  svg.line({left_margin, legend_top}, {left_margin + 20, legend_top}, {"#555555", 0.7, ""});
  svg.text({left_margin + 25, legend_top + 2.5}, "loss");
  svg.line({left_margin + 65, legend_top}, {left_margin + 85, legend_top}, {"#0072B2", 1.3, ""});
  svg.text({left_margin + 90, legend_top + 2.5}, "fitted model");
  if (found.drop) {
    svg.line({left_margin + 150, legend_top}, {left_margin + 170, legend_top}, {"#D55E00", 1.6, ""});
    svg.circle({left_margin + 160, legend_top}, 2.2, "#D55E00");
    svg.text({left_margin + 175, legend_top + 2.5}, "drop, 95 % interval");
  }
  return svg.str();
}

}  // namespace stillpoint
