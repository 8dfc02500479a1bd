#include "experiments/report/pdf.hpp"

#include <cairo-pdf.h>

#include <sstream>

#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

cairo_status_t append(void* bytes, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

/// What cairo takes for text: whole characters of UTF-8; a byte that is none would end the drawing.
std::string whole_characters(const std::string& text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    bool whole = length > 0 && at + length <= text.size();
    for (std::size_t i = 1; whole && i < length; ++i) whole = (static_cast<unsigned char>(text[at + i]) & 0xC0) == 0x80;
    if (whole && (first >= 0x20)) kept += text.substr(at, length);
    if (!whole) kept += '?';
    at += whole ? length : 1;
  }
  return kept;
}

}  // namespace

Pdf::Pdf(double width, double height, const std::string& title)
    : surface_(cairo_pdf_surface_create_for_stream(append, bytes_.get(), width, height)),
      to_(cairo_create(surface_.get())) {
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, whole_characters(title).c_str());
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
  const auto shown = whole_characters(text);
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
