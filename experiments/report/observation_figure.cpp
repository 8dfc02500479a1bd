#include "experiments/report/observation_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "experiments/report/panel.hpp"

namespace stillpoint {

namespace {

constexpr double left = 46, right = 10, gap = 52, top = 36, raster_height = 92, rate_height = 58, curve_height = 120,
                 between = 8, below_axis = 34, mark = 1.2, largest_mark = 0.7;

struct Times {
  double from_ms, to_ms, bin_ms;
  double middle(Index bin) const { return from_ms + bin_ms * (static_cast<double>(bin) + 0.5); }
  Axis axis(const ShownObservation& of) const { return {fmt::format("time from {} (ms)", of.align), from_ms, to_ms}; }
};

void draw_event(Drawing& drawing, const Panel& panel) {
  if (panel.x.low < 0 && panel.x.high > 0)
    drawing.line({panel.at(0, panel.y.low).x, panel.corner.y},
                 {panel.at(0, panel.y.low).x, panel.corner.y + panel.height}, {"#999999", 0.5, "2 2"});
}

template <class X>
void draw_curve(Drawing& drawing, const Panel& panel, const Vector<double>& values, X&& x, const Stroke& stroke) {
  std::vector<Point> points;
  for (Index i = 0; i < values.size(); ++i) points.push_back(panel.at(x(i), values(i)));
  drawing.polyline(points, stroke);
}
template <class X>
void draw_band(Drawing& drawing, const Panel& panel, const std::vector<Interval>& band, X&& x,
               const std::string& colour) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < band.size(); ++i) points.push_back(panel.at(x(static_cast<Index>(i)), band[i].high));
  for (std::size_t i = band.size(); i-- > 0;) points.push_back(panel.at(x(static_cast<Index>(i)), band[i].low));
  if (!points.empty()) drawing.polygon(points, colour, 0.25);
}

void draw_raster(Drawing& drawing, const Raster& raster, Point corner, double width, const Times& times,
                 const ShownObservation& of, const std::string& letter) {
  double rows = 0;
  for (const auto& condition : raster.ms) rows += static_cast<double>(condition.size());
  Panel spikes{corner, width, raster_height, times.axis(of), {"", 0, std::max(rows, 1.0)}};
  drawing.text({corner.x - 34, corner.y - 9}, letter, {10, "start", 0, "#000000", true});
  drawing.text({corner.x, corner.y - 9}, fmt::format("unit {}", raster.unit), {8});
  drawing.text({corner.x - 10, corner.y + raster_height / 2}, "trials", {8, "middle", -90});
  draw_event(drawing, spikes);
  double row = rows;
  for (std::size_t c = 0; c < raster.ms.size(); ++c) {
    std::vector<Point> marks;  // not lines: ten thousand spikes would take megabytes
    for (const auto& trial : raster.ms[c]) {
      for (const double ms : trial) marks.push_back(spikes.at(ms, row - 0.5));
      --row;
    }
    drawing.circles(marks, std::min(raster_height / rows * 0.4, largest_mark), series_stroke(c).colour);
  }
  std::vector<double> shown = {0};
  for (const auto& rate : raster.rate_hz) shown.insert(shown.end(), rate.begin(), rate.end());
  const Panel rates{{corner.x, corner.y + raster_height + between},
                    width,
                    rate_height,
                    times.axis(of),
                    Axis::covering("rate (Hz)", shown)};
  rates.draw_axes(drawing, "", "");
  draw_event(drawing, rates);
  for (std::size_t c = 0; c < raster.rate_hz.size(); ++c)
    draw_curve(drawing, rates, raster.rate_hz[c], [&](Index bin) { return times.middle(bin); }, series_stroke(c, 1));
}

void draw_rates(Drawing& drawing, Point corner, double width, const Times& times, const ShownObservation& of,
                const std::string& letter) {
  const auto& curves = of.rates;
  std::vector<double> shown;
  for (const auto& curve : curves) {
    shown.insert(shown.end(), curve.mean.begin(), curve.mean.end());
    for (const auto& interval : curve.band) shown.insert(shown.end(), {interval.low, interval.high});
  }
  const Panel panel{corner, width, curve_height, times.axis(of),
                    Axis::covering(fmt::format("mean ({})", of.unit), shown)};
  panel.draw_axes(drawing, letter,
                  of.sessions == 1 ? fmt::format("{} {}", of.units, of.of_spikes ? "units" : "channels")
                                   : fmt::format("{} sessions", of.sessions));
  draw_event(drawing, panel);
  const auto x = [&](Index bin) { return times.middle(bin); };
  for (std::size_t c = 0; c < curves.size(); ++c) draw_band(drawing, panel, curves[c].band, x, series_stroke(c).colour);
  for (std::size_t c = 0; c < curves.size(); ++c) draw_curve(drawing, panel, curves[c].mean, x, series_stroke(c));
}

void draw_autocorrelation(Drawing& drawing, Point corner, double width, const ShownObservation& of,
                          const std::string& letter) {
  const auto& curve = of.autocorrelation;
  if (curve.mean.size() == 0) {
    drawing.text({corner.x, corner.y + curve_height / 2},
                 "no autocorrelation: not asked for, or too few bins or trials", {7});
    return;
  }
  std::vector<double> shown(curve.mean.begin(), curve.mean.end());
  for (const auto& interval : curve.band) shown.insert(shown.end(), {interval.low, interval.high});
  shown.push_back(0);
  const auto lag = [&](Index i) { return of.bin_ms * static_cast<double>(i + 1); };
  const Panel panel{corner,
                    width,
                    curve_height,
                    {"lag (ms)", 0, lag(curve.mean.size() - 1)},
                    Axis::covering("correlation across trials", shown)};
  std::string title = of.sessions == 1 ? "no decay confirmed" : fmt::format("{} sessions", of.sessions);
  const auto& own = of.timescale;
  if (of.sessions == 1 && own && own->tau_ms)
    title = own->second_tau_ms ? fmt::format("timescales {:.0f} and {:.0f} ms", *own->tau_ms, *own->second_tau_ms)
                               : fmt::format("timescale {:.0f} ms", *own->tau_ms);
  panel.draw_axes(drawing, letter, title);
  if (panel.y.low < 0) drawing.line(panel.at(panel.x.low, 0), panel.at(panel.x.high, 0), {"#BBBBBB", 0.5, "2 2"});
  draw_band(drawing, panel, curve.band, lag, "#000000");
  for (Index i = 0; i < curve.mean.size(); ++i) drawing.circle(panel.at(lag(i), curve.mean(i)), mark, "#000000");
  if (of.sessions != 1 || !own || !own->tau_ms) return;
  std::vector<Point> fit;
  for (double ms = own->first_lag_ms; ms <= panel.x.high; ms += panel.x.high / 200)
    fit.push_back(panel.at(ms, own->at(ms)));
  drawing.polyline(fit, series_stroke(1, 1.4));
}

/// Conditions in a row, by their colours.
void draw_key(Drawing& drawing, const ShownObservation& of) {
  if (of.conditions.column.empty()) return;
  double x = left;
  const auto word = [&](const std::string& text) {
    drawing.text({x, 11}, text, {7});
    x += 4.1 * static_cast<double>(std::count_if(text.begin(), text.end(), begins_character)) + 12;
  };
  word(of.conditions.column + ":");
  for (std::size_t c = 0; c < of.conditions.names.size(); ++c) {
    drawing.line({x, 8.5}, {x + 16, 8.5}, series_stroke(c));
    x += 20;
    word(of.conditions.names[c]);
  }
}

double height_of_rasters(const ShownObservation& of) {
  return of.rasters.empty() ? 0 : raster_height + between + rate_height + below_axis + 18;
}

void draw_observation(Drawing& drawing, const ShownObservation& of) {
  Index bins = 1;
  for (const auto& curve : of.rates) bins = std::max(bins, curve.mean.size());
  const Times times{of.from_ms, of.from_ms + of.bin_ms * static_cast<double>(bins), of.bin_ms};
  const auto count = static_cast<double>(of.rasters.size());
  const double upper = height_of_rasters(of);
  draw_key(drawing, of);
  char letter = 'a';
  const double unit_width = of.rasters.empty() ? 0 : (page_width - left - right - gap * (count - 1)) / count;
  for (std::size_t i = 0; i < of.rasters.size(); ++i)
    draw_raster(drawing, of.rasters[i], {left + static_cast<double>(i) * (unit_width + gap), top}, unit_width, times,
                of, std::string(1, letter++));
  const double half = (page_width - left - right - gap) / 2;
  draw_rates(drawing, {left, top + upper}, half, times, of, std::string(1, letter++));
  draw_autocorrelation(drawing, {left + half + gap, top + upper}, half, of, std::string(1, letter));
}

}  // namespace

ShownObservation shown_observation(const Observation& of) {
  const auto& selection = of.setting.selection;
  const auto& first = of.sessions.front();
  ShownObservation shown{first.file,
                         first.unit,
                         selection.align,
                         first.signal == Signal::spikes,
                         first.units,
                         of.sessions.size(),
                         selection.window.from_ms,
                         selection.bin_ms,
                         of.conditions,
                         {},
                         of.autocorrelation(),
                         first.timescale,
                         first.rasters};
  for (std::size_t c = 0; c < of.conditions.names.size(); ++c) shown.rates.push_back(of.rates(c));
  return shown;
}

Figure observation_figure(ShownObservation of) {
  const double height = top + height_of_rasters(of) + curve_height + below_axis;
  auto title = "Observed in " + std::filesystem::path(of.file).filename().string();
  return {page_width, height, std::move(title),
          [of = std::move(of)](Drawing& drawing) { draw_observation(drawing, of); }};
}

}  // namespace stillpoint
