// What figures are made of: shapes and text. Lengths and coordinates are points (1/72 inch), y grows downwards. Figures
// draw on a Drawing and do not know what file comes of it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace stillpoint {

inline constexpr double page_width = 180 / 25.4 * 72;   // of every figure: 180 mm in points
inline constexpr double column_width = 89 / 25.4 * 72;  // of a figure in one column of a journal: 89 mm

struct Point {
  double x, y;
};

struct Box {
  Point corner;
  double width, height;
};

struct Stroke {
  std::string colour = "#000000";
  double width = 0.75;
  std::string dash = "";  // lengths of dashes and gaps, "" for a solid line
  double opacity = 1;
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

class Drawing {
 public:
  virtual ~Drawing() = default;

  void line(Point from, Point to, const Stroke& stroke) { polyline({from, to}, stroke); }
  /// A point that is not finite leaves a gap.
  void polyline(const std::vector<Point>& points, const Stroke& stroke);
  /// All points must be finite.
  virtual void polygon(const std::vector<Point>& points, const std::string& fill, double opacity) = 0;
  virtual void rect(Point corner, double width, double height, const std::string& fill) = 0;
  virtual void circle(Point centre, double radius, const std::string& fill) = 0;
  virtual void text(Point at, const std::string& text, const TextStyle& style = {}) = 0;

  /// What is drawn until `end` belongs together; may be nested. Of meaning where a reader can point at it, as on a page:
  /// `kind` is one word, `label` what it is called, "" for nothing.
  virtual void begin(const std::string& kind, const std::string& label = "", long condition = -1) {
    (void)kind, (void)label, (void)condition;
  }
  virtual void end() {}

 private:
  /// Of finite points.
  virtual void piece(const std::vector<Point>& points, const Stroke& stroke) = 0;

 public:
  /// Many circles, and many rectangles, of one kind: what takes few bytes in a file.
  virtual void circles(const std::vector<Point>& centres, double radius, const std::string& fill);
  virtual void rects(const std::vector<Box>& boxes, const std::string& fill);
};

/// A figure that is still to become a file, or a part of a page. It holds all that it draws.
struct Figure {
  double width, height;
  std::string title;
  std::function<void(Drawing&)> draw;
};

}  // namespace stillpoint
