#include <fmt/format.h>

#include "experiments/report/page/portrait_panels.hpp"
#include "experiments/report/page/study_page.hpp"
#include "experiments/report/page/study_panels.hpp"
#include "experiments/report/pdf.hpp"
#include "experiments/report/svg.hpp"

namespace stillpoint {

namespace {

/// a to z, aa, ab ..
std::string panel_letter(int number) {
  std::string letters;
  for (; number > 0; number = (number - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('a' + (number - 1) % 26));
  return letters;
}

}  // namespace

std::vector<FigureFile> panel_files(const StudyPage& page, const FigureStyle& style) {
  const auto& study = page.study.study;
  const CurvePanels curves(study.conditions);
  const double scale = style.font / TextStyle().size, width = style.width / 25.4 * 72 / scale;
  const double room = style.letters ? 10 : 0;  // of the letter, above the panel
  std::vector<FigureFile> files;
  int letters = 0;
  std::string last_title;
  const auto add = [&](const std::string& name, double own_width, double height, const std::string& title,
                       const auto& draw) {
    if (title != last_title) ++letters;
    last_title = title;
    const auto drawn_on = [&](Drawing& whole) {
      Scaled drawing(whole, scale, room);
      if (style.letters) drawing.text({2, -1}, panel_letter(letters), {10, "start", 0, "#000000", true});
      draw(drawing);
    };
    Svg svg(scale * own_width, scale * (height + room), title);
    drawn_on(svg);
    files.push_back({name + ".svg", svg.str()});
    Pdf pdf(scale * own_width, scale * (height + room), title);
    drawn_on(pdf);
    files.push_back({name + ".pdf", pdf.bytes()});
  };
  for (const auto& panel : all_panels(page, curves, width))
    add(panel.name, width, panel.height + (panel.shows_conditions ? legend_height(study, width) : 0), panel.title,
        [&](Drawing& drawing) {
          panel.draw(drawing);
          if (panel.shows_conditions) draw_legend(drawing, study, panel.height, width);
        });
  const auto add_all = [&](const std::vector<ResultPanel>& panels) {
    for (const auto& [panel, table] : panels) add(panel.name, panel.width, panel.height, panel.title, panel.draw);
  };
  for (const auto& portrait : page.portraits) {
    if (portrait.moments.empty()) continue;
    add(fmt::format("portrait-condition{:04d}", portrait.condition), width, portrait_height(portrait, width),
        "Phase portrait of " + portrait.label, [&](Drawing& drawing) { draw_portrait(drawing, portrait, width); });
    add(fmt::format("spectrum-condition{:04d}", portrait.condition), width,
        spectrum_height(portrait, portrait.moments.back()), "Eigenvalues at the fixed points of " + portrait.label,
        [&](Drawing& drawing) { draw_spectrum(drawing, portrait, portrait.moments.back(), width); });
    add_all(neuron_panels(portrait, width));
  }
  for (const auto& result : page.results.results) add_all(result.panels);
  return files;
}

}  // namespace stillpoint
