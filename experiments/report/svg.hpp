// Drawings as SVG text.
#pragma once

#include <string>

#include "experiments/report/drawing.hpp"

namespace stillpoint {

/// For text and attributes of SVG and HTML, whatever the text is; characters that XML forbids are left out.
std::string markup(const std::string& text);

class Svg : public Drawing {
 public:
  /// file: by itself, on white. page: as part of a page of HTML, which says how wide it is and what its colours are in
  /// either theme: #0072B2 is var(--c0072B2).
  enum class Place { file, page };
  /// heading: what a page says above the drawing. Bold text that says the same at its top is left out there, and no room
  /// is left for it.
  Svg(double width, double height, const std::string& title, Place place = Place::file, std::string heading = "");

  void polygon(const std::vector<Point>& points, const std::string& fill, double opacity) override;
  void rect(Point corner, double width, double height, const std::string& fill) override;
  void circle(Point centre, double radius, const std::string& fill) override;
  void text(Point at, const std::string& text, const TextStyle& style = {}) override;
  void circles(const std::vector<Point>& centres, double radius, const std::string& fill) override;
  void rects(const std::vector<Box>& boxes, const std::string& fill) override;
  void begin(const std::string& kind, const std::string& label = "", long condition = -1, double height = 0) override;
  void end() override;
  std::string str() const;

 private:
  void piece(const std::vector<Point>& points, const Stroke& stroke) override;
  std::string colour(const std::string& hexadecimal) const;

  double width_, height_, top_ = 0;
  Place place_;
  std::string title_, heading_, body_;
};

std::string svg_file(const Figure& figure);

}  // namespace stillpoint
