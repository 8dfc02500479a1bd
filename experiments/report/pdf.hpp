// Drawings as PDF, text as text.
#pragma once

#include <cairo.h>

#include <memory>
#include <string>

#include "experiments/report/drawing.hpp"

namespace stillpoint {

/// The same drawing gives the same bytes with the same library and fonts; the font is what the machine has for Helvetica.
class Pdf : public Drawing {
 public:
  Pdf(double width, double height, const std::string& title);

  void polygon(const std::vector<Point>& points, const std::string& fill, double opacity) override;
  void rect(Point corner, double width, double height, const std::string& fill) override;
  void circle(Point centre, double radius, const std::string& fill) override;
  void text(Point at, const std::string& text, const TextStyle& style = {}) override;
  /// Ends the drawing. Throws UserError where cairo could not make it.
  std::string bytes();

 private:
  void piece(const std::vector<Point>& points, const Stroke& stroke) override;
  void colour(const std::string& hexadecimal, double opacity = 1);
  void path(const std::vector<Point>& points);

  struct Free {
    void operator()(cairo_surface_t* of) const { cairo_surface_destroy(of); }
    void operator()(cairo_t* of) const { cairo_destroy(of); }
  };
  std::unique_ptr<std::string> bytes_ = std::make_unique<std::string>();  // the surface writes there
  std::unique_ptr<cairo_surface_t, Free> surface_;
  std::unique_ptr<cairo_t, Free> to_;
};

}  // namespace stillpoint
