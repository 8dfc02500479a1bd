#include "experiments/report/pdf.hpp"

#include <cairo-pdf.h>

#include <sstream>

#include "experiments/options/message.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

cairo_status_t append(void* bytes, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Pdf::Pdf(double width, double height, const std::string& title)
    : surface_(cairo_pdf_surface_create_for_stream(append, bytes_.get(), width, height)),
      to_(cairo_create(surface_.get())) {
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, printable(title).c_str());
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                 "2000-01-01T00:00:00Z");  // not the clock's
  cairo_set_line_join(to_.get(), CAIRO_LINE_JOIN_ROUND);
}

void Pdf::colour(const std::string& hexadecimal, double opacity) {
  const auto part = [&](std::size_t at) { return std::stoi(hexadecimal.substr(at, 2), nullptr, 16) / 255.0; };
  cairo_set_source_rgba(to_.get(), part(1), part(3), part(5), opacity);
}

void Pdf::path(const std::vector<Point>& points) {
  cairo_new_path(to_.get());
  for (const auto& point : points) cairo_line_to(to_.get(), point.x, point.y);
}

void Pdf::piece(const std::vector<Point>& points, const Stroke& stroke) {
  std::vector<double> dashes;
  std::istringstream lengths(stroke.dash);
  for (double length; lengths >> length;) dashes.push_back(length);
  cairo_set_dash(to_.get(), dashes.data(), static_cast<int>(dashes.size()), 0);
  cairo_set_line_width(to_.get(), stroke.width);
  colour(stroke.colour, stroke.opacity);
  path(points);
  cairo_stroke(to_.get());
}

void Pdf::polygon(const std::vector<Point>& points, const std::string& fill, double opacity) {
  colour(fill, opacity);
  path(points);
  cairo_close_path(to_.get());
  cairo_fill(to_.get());
}

void Pdf::rect(Point corner, double width, double height, const std::string& fill) {
  colour(fill);
  cairo_rectangle(to_.get(), corner.x, corner.y, width, height);
  cairo_fill(to_.get());
}

void Pdf::circle(Point centre, double radius, const std::string& fill) {
  colour(fill);
  cairo_new_path(to_.get());
  cairo_arc(to_.get(), centre.x, centre.y, radius, 0, 2 * 3.14159265358979);
  cairo_fill(to_.get());
}

void Pdf::text(Point at, const std::string& text, const TextStyle& style) {
  const auto shown = printable(text);  // a byte that is no character of UTF-8 would end the drawing
  cairo_select_font_face(to_.get(), "Helvetica", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(to_.get(), style.size);
  cairo_text_extents_t extents;
  cairo_text_extents(to_.get(), shown.c_str(), &extents);
  const double share = style.anchor == "middle" ? 0.5 : style.anchor == "end" ? 1 : 0;
  colour(style.colour);
  cairo_save(to_.get());
  cairo_translate(to_.get(), at.x, at.y);
  cairo_rotate(to_.get(), style.rotation / 180 * 3.14159265358979);
  cairo_move_to(to_.get(), -share * extents.x_advance, 0);
  cairo_show_text(to_.get(), shown.c_str());
  cairo_restore(to_.get());
}

std::string Pdf::bytes() {
  const auto drawn = cairo_status(to_.get());
  cairo_surface_finish(surface_.get());
  const auto written = cairo_surface_status(surface_.get());
  if (drawn != CAIRO_STATUS_SUCCESS || written != CAIRO_STATUS_SUCCESS)
    throw UserError(std::string("a figure cannot be made as PDF: ") +
                    cairo_status_to_string(drawn != CAIRO_STATUS_SUCCESS ? drawn : written));
  return *bytes_;
}

}  // namespace stillpoint
