#include "experiments/report/followed_symbols.hpp"

#include <cmath>

namespace stillpoint {

namespace {

const std::string pair_appears = "fold, pair appears", pair_vanishes = "fold, pair vanishes";

}  // namespace

std::string symbol_of(const FollowedChange& change) {
  return change.type == "fold" ? change.type + ", " + change.effect : change.type;
}

void draw_symbol(Drawing& drawing, Point at, const std::string& type) {
  const auto corners = [&](double radius, int count, double turn) {
    std::vector<Point> points;
    for (int i = 0; i < count; ++i) {
      const double angle = (turn + i * 360.0 / count) * static_cast<double>(EIGEN_PI) / 180;
      points.push_back({at.x + radius * std::cos(angle), at.y + radius * std::sin(angle)});
    }
    return points;
  };
  const auto strokes = [&](double turn) {
    for (const auto& end : corners(3, 2, turn)) drawing.line(at, end, {"#000000", 1.1, ""});
  };
  if (type == pair_appears || type == pair_vanishes) {  // points to where the two are
    drawing.polygon(corners(3.4, 3, type == pair_appears ? 0 : 180), "#000000", 1);
  } else if (type == "branch point") {
    drawing.polygon(corners(3.2, 4, 0), "#000000", 1);
  } else if (type == "flip") {
    drawing.polygon(corners(3.2, 4, 45), "#000000", 1);
  } else if (type == "birth" || type == "death") {
    strokes(45);
    strokes(-45);
  } else if (type == "border collision") {
    strokes(90);
    strokes(0);
  } else {  // Hopf, Neimark-Sacker
    drawing.circle(at, 3, "#000000");
    drawing.circle(at, 1.7, "#FFFFFF");
  }
}

const std::vector<std::string>& all_symbols() {
  static const std::vector<std::string> types{pair_appears,     pair_vanishes,      "branch point", "flip", "Hopf",
                                              "Neimark-Sacker", "border collision", "birth",        "death"};
  return types;
}

}  // namespace stillpoint
