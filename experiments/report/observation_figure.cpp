#include "experiments/report/observation_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/panel.hpp"
#include "experiments/report/svg.hpp"

namespace stillpoint {

namespace {

constexpr double left = 46, right = 10, gap = 52, top = 36, raster_height = 92, rate_height = 58, curve_height = 120,
                 between = 8, below_axis = 34, mark = 1.2;

struct Times {
  double from_ms, to_ms, bin_ms;
  double middle(Index bin) const { return from_ms + bin_ms * (static_cast<double>(bin) + 0.5); }
  Axis axis(const Observation& of) const {
    return {fmt::format("time from {} (ms)", of.setting.selection.align), from_ms, to_ms};
  }
};

void draw_event(Svg& svg, const Panel& panel) {
  if (panel.x.low < 0 && panel.x.high > 0)
    svg.line({panel.at(0, panel.y.low).x, panel.corner.y}, {panel.at(0, panel.y.low).x, panel.corner.y + panel.height},
             {"#999999", 0.5, "2 2"});
}

template <class X>
void draw_curve(Svg& svg, const Panel& panel, const Vector<double>& values, X&& x, const Stroke& stroke) {
  std::vector<Point> points;
  for (Index i = 0; i < values.size(); ++i) points.push_back(panel.at(x(i), values(i)));
  svg.polyline(points, stroke);
}
template <class X>
void draw_band(Svg& svg, const Panel& panel, const std::vector<Interval>& band, X&& x, const std::string& colour) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < band.size(); ++i) points.push_back(panel.at(x(static_cast<Index>(i)), band[i].high));
  for (std::size_t i = band.size(); i-- > 0;) points.push_back(panel.at(x(static_cast<Index>(i)), band[i].low));
  if (!points.empty()) svg.polygon(points, colour, 0.25);
}

void draw_raster(Svg& svg, const Raster& raster, Point corner, double width, const Times& times, const Observation& of,
                 const std::string& letter) {
  double rows = 0;
  for (const auto& condition : raster.ms) rows += static_cast<double>(condition.size());
  Panel spikes{corner, width, raster_height, times.axis(of), {"", 0, std::max(rows, 1.0)}};
  svg.text({corner.x - 34, corner.y - 9}, letter, {10, "start", 0, "#000000", true});
  svg.text({corner.x, corner.y - 9}, fmt::format("unit {}", raster.unit), {8});
  svg.text({corner.x - 10, corner.y + raster_height / 2}, "trials", {8, "middle", -90});
  draw_event(svg, spikes);
  double row = rows;
  for (std::size_t c = 0; c < raster.ms.size(); ++c)
    for (const auto& trial : raster.ms[c]) {
      const double height = std::min(raster_height / rows * 0.8, 3.0);
      for (const double ms : trial) {
        const auto at = spikes.at(ms, row - 0.5);
        svg.line({at.x, at.y - height / 2}, {at.x, at.y + height / 2}, {series_stroke(c).colour, 0.5, ""});
      }
      --row;
    }
  std::vector<double> shown = {0};
  for (const auto& rate : raster.rate_hz) shown.insert(shown.end(), rate.begin(), rate.end());
  const Panel rates{{corner.x, corner.y + raster_height + between},
                    width,
                    rate_height,
                    times.axis(of),
                    Axis::covering("rate (Hz)", shown)};
  rates.draw_axes(svg, "", "");
  draw_event(svg, rates);
  for (std::size_t c = 0; c < raster.rate_hz.size(); ++c)
    draw_curve(
        svg, rates, raster.rate_hz[c], [&](Index bin) { return times.middle(bin); }, series_stroke(c, 1));
}

void draw_rates(Svg& svg, Point corner, double width, const Times& times, const Observation& of,
                const std::string& letter) {
  std::vector<Curve> curves;
  std::vector<double> shown;
  for (std::size_t c = 0; c < of.conditions.names.size(); ++c) {
    curves.push_back(of.rates(c));
    shown.insert(shown.end(), curves.back().mean.begin(), curves.back().mean.end());
    for (const auto& interval : curves.back().band) shown.insert(shown.end(), {interval.low, interval.high});
  }
  const auto unit = of.sessions.front().unit;
  const Panel panel{corner, width, curve_height, times.axis(of), Axis::covering(fmt::format("mean ({})", unit), shown)};
  panel.draw_axes(svg, letter,
                  of.sessions.size() == 1
                      ? fmt::format("{} {}", of.sessions.front().units,
                                    of.sessions.front().signal == Signal::spikes ? "units" : "channels")
                      : fmt::format("{} sessions", of.sessions.size()));
  draw_event(svg, panel);
  const auto x = [&](Index bin) { return times.middle(bin); };
  for (std::size_t c = 0; c < curves.size(); ++c) draw_band(svg, panel, curves[c].band, x, series_stroke(c).colour);
  for (std::size_t c = 0; c < curves.size(); ++c) draw_curve(svg, panel, curves[c].mean, x, series_stroke(c));
}

void draw_autocorrelation(Svg& svg, Point corner, double width, const Observation& of, const std::string& letter) {
  const auto curve = of.autocorrelation();
  if (curve.mean.size() == 0) {
    svg.text({corner.x, corner.y + curve_height / 2}, "no autocorrelation: too few bins or trials", {7});
    return;
  }
  std::vector<double> shown(curve.mean.begin(), curve.mean.end());
  for (const auto& interval : curve.band) shown.insert(shown.end(), {interval.low, interval.high});
  shown.push_back(0);
  const double bin_ms = of.setting.selection.bin_ms;
  const auto lag = [&](Index i) { return bin_ms * static_cast<double>(i + 1); };
  const Panel panel{corner,
                    width,
                    curve_height,
                    {"lag (ms)", 0, lag(curve.mean.size() - 1)},
                    Axis::covering("correlation across trials", shown)};
  std::string title = of.sessions.size() == 1 ? "no decay confirmed" : fmt::format("{} sessions", of.sessions.size());
  const auto& own = of.sessions.front().timescale;
  if (of.sessions.size() == 1 && own && own->tau_ms)
    title = own->second_tau_ms ? fmt::format("timescales {:.0f} and {:.0f} ms", *own->tau_ms, *own->second_tau_ms)
                               : fmt::format("timescale {:.0f} ms", *own->tau_ms);
  panel.draw_axes(svg, letter, title);
  if (panel.y.low < 0) svg.line(panel.at(panel.x.low, 0), panel.at(panel.x.high, 0), {"#BBBBBB", 0.5, "2 2"});
  draw_band(svg, panel, curve.band, lag, "#000000");
  for (Index i = 0; i < curve.mean.size(); ++i) svg.circle(panel.at(lag(i), curve.mean(i)), mark, "#000000");
  if (of.sessions.size() != 1 || !own || !own->tau_ms) return;
  std::vector<Point> fit;
  for (double ms = own->first_lag_ms; ms <= panel.x.high; ms += panel.x.high / 200)
    fit.push_back(panel.at(ms, own->at(ms)));
  svg.polyline(fit, series_stroke(1, 1.4));
}

/// Conditions in a row, by their colours.
void draw_key(Svg& svg, const Observation& of) {
  if (of.conditions.column.empty()) return;
  double x = left;
  const auto word = [&](const std::string& text) {
    svg.text({x, 11}, text, {7});
    x += 4.1 * static_cast<double>(std::count_if(text.begin(), text.end(), begins_character)) + 12;
  };
  word(of.conditions.column + ":");
  for (std::size_t c = 0; c < of.conditions.names.size(); ++c) {
    svg.line({x, 8.5}, {x + 16, 8.5}, series_stroke(c));
    x += 20;
    word(of.conditions.names[c]);
  }
}

}  // namespace

std::string observation_figure(const Observation& of) {
  const auto& selection = of.setting.selection;
  const auto& first = of.sessions.front();
  const Times times{selection.window.from_ms,
                    selection.window.from_ms +
                        selection.bin_ms * static_cast<double>(first.peri_event.empty() ? 1 : of.rates(0).mean.size()),
                    selection.bin_ms};
  const auto count = static_cast<double>(first.rasters.size());
  const double upper = first.rasters.empty() ? 0 : raster_height + between + rate_height + below_axis + 18;
  Svg svg(page_width, top + upper + curve_height + below_axis, "Observed in " + first.file);
  draw_key(svg, of);
  char letter = 'a';
  const double unit_width = first.rasters.empty() ? 0 : (page_width - left - right - gap * (count - 1)) / count;
  for (std::size_t i = 0; i < first.rasters.size(); ++i)
    draw_raster(svg, first.rasters[i], {left + static_cast<double>(i) * (unit_width + gap), top}, unit_width, times, of,
                std::string(1, letter++));
  const double half = (page_width - left - right - gap) / 2;
  draw_rates(svg, {left, top + upper}, half, times, of, std::string(1, letter++));
  draw_autocorrelation(svg, {left + half + gap, top + upper}, half, of, std::string(1, letter));
  return svg.str();
}

}  // namespace stillpoint
