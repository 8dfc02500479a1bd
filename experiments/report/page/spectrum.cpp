// Spectra: eigenvalues at the fixed points of a portrait, and Lyapunov exponents that `analyze lyapunov --json` left.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/options/message.hpp"
#include "experiments/report/page/page_text.hpp"
#include "experiments/report/page/portrait_panels.hpp"
#include "experiments/report/page/results_beside.hpp"
#include "experiments/report/panel.hpp"

namespace stillpoint {

namespace {

constexpr double left = 40, right = 8, height = 150, title_line = 10;

/// One scale for all networks of a run, the same in both directions.
Panel panel_of(const Portrait& portrait, double top, double width) {
  double least = portrait.is_map ? 0.9 : -1, most = portrait.is_map ? 1.05 : 0.2, up = portrait.is_map ? 0.05 : 0.2;
  for (const auto& moment : portrait.moments)
    for (const auto& point : moment.points)
      for (const auto& value : point.eigenvalues) {
        least = std::min(least, value.real());
        most = std::max(most, value.real());
        up = std::max(up, std::abs(value.imag()));
      }
  const double unit = 1.05 * std::max((most - least) / width, 2 * up / height), centre = (least + most) / 2;
  return {{left, top},
          width,
          height,
          {portrait.is_map ? "real part of the multiplier" : "real part (1/τ)", centre - unit * width / 2,
           centre + unit * width / 2},
          {"imaginary part", -unit * height / 2, unit * height / 2}};
}

bool has_eigenvalues(const Portrait& portrait) {
  return std::any_of(portrait.moments.begin(), portrait.moments.end(), [](const auto& moment) {
    return std::any_of(moment.points.begin(), moment.points.end(),
                       [](const auto& point) { return !point.eigenvalues.empty(); });
  });
}

std::string panel_html(const Portrait& portrait, const Portrait::Moment& moment, std::size_t number,
                       std::size_t moment_number, bool shown) {
  Svg svg(column_width, spectrum_height(portrait, moment),
          fmt::format("Eigenvalues at the fixed points of {}, update {}", portrait.label, moment.update),
          Svg::Place::page);
  draw_spectrum(svg, portrait, moment, column_width);
  return fmt::format(
             "<div class=\"panel\" data-name=\"spectrum-condition{:04d}-update{}\" data-portrait=\"{}\" "
             "data-moment=\"{}\"{}>\n",
             portrait.condition, moment.update, number, moment_number, shown ? "" : " hidden") +
         svg.str() + "</div>\n";
}

/// Decreasing; absent of directions that a step takes to 0, whose exponent is -infinity, which has no error.
struct LyapunovSpectrum {
  std::vector<std::optional<double>> exponent, error;  // [1/s]
};

LyapunovSpectrum exponents_of(const ReportEntry& all) {
  const auto exponents = all["exponents_per_s"].list(), errors = all["standard_errors_per_s"].list();
  if (exponents.empty() || errors.size() != exponents.size())
    all["standard_errors_per_s"].fail("a list of as many as exponents_per_s, one or more");
  LyapunovSpectrum spectrum;
  for (std::size_t i = 0; i < exponents.size(); ++i) {
    spectrum.exponent.push_back(exponents[i].statistic());
    spectrum.error.push_back(spectrum.exponent.back() ? errors[i].statistic() : std::nullopt);
  }
  return spectrum;
}

void draw_exponents(Drawing& drawing, const LyapunovSpectrum& spectrum, double width) {
  constexpr double top = 12;
  const auto& [exponent, error] = spectrum;
  std::vector<double> shown{0};
  for (std::size_t i = 0; i < exponent.size(); ++i)
    for (const double sign : {-1.0, 1.0})
      if (exponent[i]) shown.push_back(*exponent[i] + sign * error[i].value_or(0));
  const auto last = static_cast<double>(exponent.size()) + 1;
  const Panel panel{{left, top},
                    width - left - right,
                    height,
                    {"number of the exponent", 0, std::max(4.0, last)},
                    Axis::covering("Lyapunov exponent (1/s)", shown)};
  drawing.polyline({panel.at(0, 0), panel.at(panel.x.high, 0)}, {"#999999", 0.8, "3 2"});
  std::vector<Point> dots;
  for (std::size_t i = 0; i < exponent.size(); ++i) {
    if (!exponent[i]) continue;
    const auto number = static_cast<double>(i + 1);
    if (error[i])
      drawing.polyline({panel.at(number, *exponent[i] - *error[i]), panel.at(number, *exponent[i] + *error[i])},
                       {"#0072B2", 0.8, ""});
    dots.push_back(panel.at(number, *exponent[i]));
  }
  drawing.circles(dots, 1.5, "#0072B2");
  panel.draw_axes(drawing, "", "");
}

}  // namespace

ResultBeside lyapunov_beside(const ReportEntry& all, const std::string& name) {
  auto spectrum = exponents_of(all);
  Json table{{"columns", {"number", "exponent_per_s", "standard_error_per_s"}}, {"rows", Json::array()}};
  for (std::size_t i = 0; i < spectrum.exponent.size(); ++i)
    table["rows"].push_back({i + 1, number_or_null(spectrum.exponent[i]), number_or_null(spectrum.error[i])});
  const auto synapse = all["synapse"].text();
  const auto collapsed = std::count(spectrum.exponent.begin(), spectrum.exponent.end(), std::nullopt);
  auto caption = fmt::format(
      "Exponents of {} by `stillpoint analyze lyapunov`, over {:g} ms of a path: above 0 directions grow "
      "apart. Bars: one standard error, of 20 blocks, too small on a limit cycle.{}",
      synapse == "none" ? "the network" : "the network and its synapses " + printable(synapse),
      all["duration_ms"].number(0, 1e12),
      collapsed > 0 ? fmt::format(" {} of -infinity are not drawn.", collapsed) : "");
  Figure figure{column_width, 12 + height + 33, "Lyapunov spectrum",
                [spectrum](Drawing& drawing) { draw_exponents(drawing, spectrum, column_width); }};
  ResultBeside result;
  result.panels.push_back(result_panel(std::move(figure), name, std::move(caption), std::move(table)));
  return result;
}

std::vector<std::string> title_lines(const Portrait& portrait, const Portrait::Moment& moment) {
  return in_lines(fmt::format("{}, seed {}, update {}", portrait.label, portrait.seed, moment.update), 50);
}

void draw_title(Drawing& drawing, double at, const std::vector<std::string>& lines) {
  double y = 13;
  for (const auto& line : lines) {
    drawing.text({at, y}, line, {8});
    y += title_line;
  }
}

double top_below(const std::vector<std::string>& lines) {
  return 22 + title_line * static_cast<double>(lines.size() - 1);
}

double spectrum_height(const Portrait& portrait, const Portrait::Moment& moment) {
  return top_below(title_lines(portrait, moment)) + height + 33;
}

void draw_spectrum(Drawing& drawing, const Portrait& portrait, const Portrait::Moment& moment, double width) {
  constexpr double full_turn = 2 * 3.14159265358979;
  const auto lines = title_lines(portrait, moment);
  const double top = top_below(lines);
  const auto panel = panel_of(portrait, top, width - left - right);
  std::vector<Point> border;
  if (portrait.is_map)
    for (int i = 0; i <= 720; ++i) {
      const double x = std::cos(full_turn * i / 720), y = std::sin(full_turn * i / 720);
      const bool shown = x > panel.x.low && x < panel.x.high && std::abs(y) < panel.y.high;
      border.push_back(shown ? panel.at(x, y) : Point{NAN, NAN});
    }
  else
    border = {panel.at(0, panel.y.low), panel.at(0, panel.y.high)};
  drawing.polyline(border, {"#999999", 0.8, ""});
  std::size_t stable = 0;
  for (const bool of_stable : {true, false}) {
    std::vector<Point> dots;
    for (const auto& point : moment.points) {
      if (point.stable != of_stable) continue;
      stable += of_stable ? 1 : 0;
      for (const auto& value : point.eigenvalues) dots.push_back(panel.at(value.real(), value.imag()));
    }
    drawing.circles(dots, 1.2, of_stable ? "#0072B2" : "#D55E00");
  }
  panel.draw_axes(drawing, "", "");
  draw_title(drawing, left, lines);
  drawing.text({left + 4, top + 8}, fmt::format("{} stable", stable), {7, "start", 0, "#0072B2"});
  drawing.text({left + 4, top + 17}, fmt::format("{} not", moment.points.size() - stable), {7, "start", 0, "#D55E00"});
}

std::string spectra_html(const std::vector<Portrait>& portraits) {
  std::string panels;
  std::size_t number = 0;  // as of the portraits in the page's data
  for (const auto& portrait : portraits) {
    if (portrait.moments.empty()) continue;
    if (has_eigenvalues(portrait))
      for (std::size_t i = 0; i < portrait.moments.size(); ++i)
        panels += panel_html(portrait, portrait.moments[i], number, i, number == 0 && i + 1 == portrait.moments.size());
    ++number;
  }
  if (panels.empty()) return "";
  return "<figure id=\"spectrum\">\n<h3>Stability of its fixed points</h3>\n" + panels +
         element(
             "figcaption",
             fmt::format("Eigenvalues of the linearisation at the fixed points of the network that the portrait "
                         "shows, short-term synapses included where the search has them. Blue: at stable points, "
                         "orange: at others; grey: the border of stability (of a network that was trained in steps, "
                         "multipliers of a step and the unit circle). No more than {} of a network, those of "
                         "stable points first.",
                         PortraitSetting::eigenvalues)) +
         "<p class=\"tools\"><button type=\"button\" data-svg>Download as SVG</button><button type=\"button\" "
         "id=\"spectrum-csv\">Numbers as CSV</button></p>\n</figure>\n";
}

}  // namespace stillpoint
