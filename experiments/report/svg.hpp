// Figures as SVG text: shapes, text and axes. Lengths and coordinates are points (1/72 inch), y grows downwards.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace stillpoint {

inline constexpr double page_width = 180 / 25.4 * 72;  // of every figure: 180 mm in points

struct Point {
  double x, y;
};

struct Stroke {
  std::string colour = "#000000";
  double width = 0.75;
  std::string dash = "";  // lengths of dashes and gaps, "" for a solid line
};

struct TextStyle {
  double size = 7;
  std::string anchor = "start";  // which part of the text stands at the point: start, middle or end
  double rotation = 0;           // degrees, clockwise
  std::string colour = "#000000";
  bool bold = false;
};

/// Colour and dash of the i-th series: Okabe & Ito's palette, safe for colour-blind readers (grey in place of yellow,
/// which is faint on white), each with a dash pattern of its own, so that prints in grey can be read. 64 distinct
/// pairs.
Stroke series_stroke(std::size_t i, double width = 1.2);

class Svg {
 public:
  Svg(double width, double height, const std::string& title);

  void line(Point from, Point to, const Stroke& stroke);
  /// A point that is not finite leaves a gap.
  void polyline(const std::vector<Point>& points, const Stroke& stroke);
  /// All points must be finite.
  void polygon(const std::vector<Point>& points, const std::string& fill, double opacity);
  void rect(Point corner, double width, double height, const std::string& fill);
  void circle(Point centre, double radius, const std::string& fill);
  void text(Point at, const std::string& text, const TextStyle& style = {});
  std::string str() const { return body_ + "</svg>\n"; }

 private:
  std::string body_;
};

struct Axis {
  enum class Scale { linear, log10 };

  std::string label;
  double low = 0, high = 1;
  Scale scale = Scale::linear;
  bool labelled = true;  // else ticks alone: the panel below has the same axis

  /// Spans the finite (for log10: positive) `values`, widened to whole ticks; 0..1 (.1..1) when there are none.
  static Axis covering(std::string label, const std::vector<double>& values, Scale scale = Scale::linear);
  /// Some 3 to 7 round numbers within [low, high].
  std::vector<double> ticks() const;
  /// 0 at low, 1 at high; values beyond them are put at the end of the axis, NaN stays NaN.
  double fraction(double value) const;
};

/// Of the bytes of UTF-8, those that are not the rest of a character.
bool begins_character(char byte);

/// A number as it stands beside a tick, with a true minus sign; powers of ten on a logarithmic axis.
std::string tick_label(double value, Axis::Scale scale = Axis::Scale::linear);

/// A pair of axes on the page.
struct Panel {
  Point corner;  // upper left end of the data area
  double width, height;
  Axis x, y;

  Point at(double x_value, double y_value) const;
  void draw_axes(Svg& svg, const std::string& letter, const std::string& title) const;
  /// Line, ticks and their labels, at the bottom.
  void draw_x_axis(Svg& svg) const;
};

}  // namespace stillpoint
