#include "experiments/report/drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

namespace stillpoint {

Stroke series_stroke(std::size_t i, double width) {
  static const std::array<const char*, 8> colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                  "#000000", "#56B4E9", "#E69F00", "#999999"};
  static const std::array<const char*, 8> dashes{"",      "5 1.5", "1.5 1.5",     "6 1.5 1.5 1.5",
                                                 "3 1.5", "8 2",   "4 1 1 1 1 1", "2.5 1 1 1"};
  return {colours[i % 8], width, dashes[(i + i / 8) % 8]};
}

void Drawing::polyline(const std::vector<Point>& points, const Stroke& stroke) {
  const auto finite = [](const Point& point) { return std::isfinite(point.x) && std::isfinite(point.y); };
  for (auto begin = points.begin(); begin != points.end();) {
    begin = std::find_if(begin, points.end(), finite);
    const auto end = std::find_if_not(begin, points.end(), finite);
    if (begin != end) piece({begin, end}, stroke);
    begin = end;
  }
}

void Drawing::circles(const std::vector<Point>& centres, double radius, const std::string& fill) {
  for (const auto& centre : centres) circle(centre, radius, fill);
}

void Drawing::rects(const std::vector<Box>& boxes, const std::string& fill) {
  for (const auto& box : boxes) rect(box.corner, box.width, box.height, fill);
}

std::vector<Point> Scaled::placed(std::vector<Point> points) const {
  for (auto& point : points) point = placed(point);
  return points;
}

void Scaled::piece(const std::vector<Point>& points, const Stroke& stroke) {
  auto scaled = stroke;
  scaled.width *= scale_;
  std::istringstream lengths(stroke.dash);
  std::ostringstream dash;
  for (double length; lengths >> length;) dash << (dash.tellp() > 0 ? " " : "") << scale_ * length;
  scaled.dash = dash.str();
  to_.piece(placed(points), scaled);
}

void Scaled::polygon(const std::vector<Point>& points, const std::string& fill, double opacity) {
  to_.polygon(placed(points), fill, opacity);
}

void Scaled::rect(Point corner, double width, double height, const std::string& fill) {
  to_.rect(placed(corner), scale_ * width, scale_ * height, fill);
}

void Scaled::circle(Point centre, double radius, const std::string& fill) {
  to_.circle(placed(centre), scale_ * radius, fill);
}

void Scaled::text(Point at, const std::string& text, const TextStyle& style) {
  auto scaled = style;
  scaled.size *= scale_;
  to_.text(placed(at), text, scaled);
}

void Scaled::circles(const std::vector<Point>& centres, double radius, const std::string& fill) {
  to_.circles(placed(centres), scale_ * radius, fill);
}

void Scaled::rects(const std::vector<Box>& boxes, const std::string& fill) {
  auto scaled = boxes;
  for (auto& box : scaled) box = {placed(box.corner), scale_ * box.width, scale_ * box.height};
  to_.rects(scaled, fill);
}

void Scaled::begin(const std::string& kind, const std::string& label, long condition, double height) {
  to_.begin(kind, label, condition, scale_ * height);
}

}  // namespace stillpoint
