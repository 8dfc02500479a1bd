// Portraits as data of a page, and as a panel.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/report/page/portrait.hpp"
#include "experiments/report/panel.hpp"

namespace stillpoint {

namespace {

/// Four digits: what is drawn tells no more.
Json short_number(double value) { return std::stod(fmt::format("{:.4g}", value)); }

Json place_json(const Place3& place) {
  return Json::array({short_number(place[0]), short_number(place[1]), short_number(place[2])});
}

/// Real and imaginary parts in turn; of a pair the upper one.
Json upper_half(const std::vector<std::complex<double>>& eigenvalues) {
  Json list = Json::array();
  for (const auto& value : eigenvalues)
    if (value.imag() >= 0) {
      list.push_back(short_number(value.real()));
      list.push_back(short_number(value.imag()));
    }
  return list;
}

Json moment_json(const Portrait::Moment& moment) {
  Json trials = Json::array(), points = Json::array();
  for (const auto& trial : moment.trials) {
    Json states = Json::array();
    for (const auto& state : trial) states.push_back(place_json(state));
    trials.push_back(std::move(states));
  }
  for (const auto& point : moment.points)
    points.push_back({{"at", place_json(point.at)},
                      {"stable", point.stable},
                      {"unstable", point.unstable_directions},
                      {"eigenvalues", upper_half(point.eigenvalues)}});
  return {{"update", moment.update}, {"trials", trials}, {"points", points}};
}

constexpr double top = 22, below = 33, line_height = 9;

double data_height(double width) { return 150 * width / column_width; }

void draw_mark(Drawing& drawing, Point at, const Portrait::Point& point) {
  drawing.circle(at, 2.4, "#000000");
  if (!point.stable) drawing.circle(at, 1.6, "#FFFFFF");
}

void draw_beginning(Drawing& drawing, Point at, const std::string& colour) {
  drawing.rect({at.x - 1.5, at.y - 1.5}, 3, 3, colour);
}

/// What each mark is, by a line of its own; of those that are drawn.
void draw_marks(Drawing& drawing, const Portrait::Moment& moment, double y) {
  constexpr double left = 10, text_left = left + 20;
  const auto next = [&](const char* text) {
    drawing.text({text_left, y += line_height}, text);
    return Point{left + 7, y - 2.5};
  };
  auto at = next("a trial; colours are types of trials");
  drawing.line({left, at.y}, {left + 14, at.y}, series_stroke(0, 0.6));
  draw_beginning(drawing, next("where a trial begins"), series_stroke(0).colour);
  for (const bool stable : {true, false})
    if (const auto some = std::find_if(moment.points.begin(), moment.points.end(),
                                       [&](const auto& point) { return point.stable == stable; });
        some != moment.points.end())
      draw_mark(drawing, next(stable ? "fixed point, stable" : "fixed point, not stable"), *some);
}

}  // namespace

Json portraits_json(const std::vector<Portrait>& portraits) {
  Json list = Json::array();
  for (const auto& portrait : portraits) {
    if (portrait.moments.empty()) continue;
    Json moments = Json::array();
    for (const auto& moment : portrait.moments) moments.push_back(moment_json(moment));
    list.push_back({{"condition", portrait.condition},
                    {"label", portrait.label},
                    {"seed", portrait.seed},
                    {"share", place_json(portrait.share)},
                    {"types", portrait.trial_type},
                    {"moments", moments}});
  }
  return list;
}

double portrait_height(const Portrait& portrait, double width) {
  const auto& points = portrait.moments.back().points;
  const auto stable = std::count_if(points.begin(), points.end(), [](const auto& point) { return point.stable; });
  const int lines = 2 + (stable > 0) + (stable < static_cast<long>(points.size()));
  return top + data_height(width) + below + line_height * lines + 4;
}

void draw_portrait(Drawing& drawing, const Portrait& portrait, double width) {
  const auto& moment = portrait.moments.back();
  std::vector<double> across, up;
  const auto see = [&](const Place3& place) {
    across.push_back(place[0]);
    up.push_back(place[1]);
  };
  for (const auto& trial : moment.trials) std::for_each(trial.begin(), trial.end(), see);
  for (const auto& point : moment.points) see(point.at);
  const auto axis = [&](int component, const std::vector<double>& values) {
    return Axis::covering(fmt::format("component {} ({:.0f} %)", component + 1,
                                      100 * portrait.share[static_cast<std::size_t>(component)]),
                          values);
  };
  const Panel panel{{40, top}, width - 48, data_height(width), axis(0, across), axis(1, up)};
  for (std::size_t i = 0; i < moment.trials.size(); ++i) {
    std::vector<Point> line;
    for (const auto& state : moment.trials[i]) line.push_back(panel.at(state[0], state[1]));
    const auto stroke = series_stroke(static_cast<std::size_t>(portrait.trial_type[i]), 0.6);
    drawing.polyline(line, stroke);
    if (!line.empty()) draw_beginning(drawing, line.front(), stroke.colour);
  }
  for (const auto& point : moment.points) draw_mark(drawing, panel.at(point.at[0], point.at[1]), point);
  panel.draw_axes(drawing, "", fmt::format("{}, seed {}, update {}", portrait.label, portrait.seed, moment.update));
  draw_marks(drawing, moment, top + data_height(width) + below - 5);
}

}  // namespace stillpoint
