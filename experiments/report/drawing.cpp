#include "experiments/report/drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

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

}  // namespace stillpoint
