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

/// What a user may choose of figures that are files of their own.
struct FigureStyle {
  double width = 89;     // [mm]
  double font = 7;       // [pt]: text; titles, points and lines are in proportion to it
  bool letters = false;  // a, b, c .. in the corners of panels
};

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
  /// `kind` is one word or several, `label` what it is called, "" for nothing; `height`: of a row, by which those beneath
  /// move up where it is not shown.
  virtual void begin(const std::string& kind, const std::string& label = "", long condition = -1, double height = 0) {
    (void)kind, (void)label, (void)condition, (void)height;
  }
  virtual void end() {}

 private:
  friend class Scaled;
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

/// Passes on what is drawn on it, moved down by `down`, then all lengths times `scale`: places, text, marks and lines alike,
/// so that text is of the size that its file says.
class Scaled : public Drawing {
 public:
  Scaled(Drawing& to, double scale, double down) : to_(to), scale_(scale), down_(down) {}

  void polygon(const std::vector<Point>& points, const std::string& fill, double opacity) override;
  void rect(Point corner, double width, double height, const std::string& fill) override;
  void circle(Point centre, double radius, const std::string& fill) override;
  void text(Point at, const std::string& text, const TextStyle& style = {}) override;
  void begin(const std::string& kind, const std::string& label, long condition, double height) override;
  void end() override { to_.end(); }
  void circles(const std::vector<Point>& centres, double radius, const std::string& fill) override;
  void rects(const std::vector<Box>& boxes, const std::string& fill) override;

 private:
  void piece(const std::vector<Point>& points, const Stroke& stroke) override;
  Point placed(Point at) const { return {scale_ * at.x, scale_ * (at.y + down_)}; }
  std::vector<Point> placed(std::vector<Point> points) const;

  Drawing& to_;
  double scale_, down_;
};

}  // namespace stillpoint
