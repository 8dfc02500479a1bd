#include "experiments/report/svg.hpp"

#include <fmt/format.h>

namespace stillpoint {

std::string markup(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n') result += c;
    }
  }
  return result;
}

namespace {

std::string coordinates(const std::vector<Point>& points) {
  std::string text;
  for (const auto& point : points) text += fmt::format("{}{:.2f},{:.2f}", text.empty() ? "" : " ", point.x, point.y);
  return text;
}

}  // namespace

Svg::Svg(double width, double height, const std::string& title, Place place, std::string heading)
    : width_(width), height_(height), place_(place), title_(title), heading_(std::move(heading)) {
  if (place == Place::file) rect({0, 0}, width, height, "#FFFFFF");
}

std::string Svg::str() const {
  const bool by_itself = place_ == Place::file;
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" {}viewBox=\"0 {:g} {:.2f} {:.2f}\" "
             "font-family=\"Helvetica, Arial, sans-serif\"{}>\n<title>{}</title>\n",
             by_itself ? fmt::format("width=\"{:.2f}pt\" height=\"{:.2f}pt\" ", width_, height_) : "", top_, width_,
             height_ - top_, by_itself ? "" : " role=\"img\"", markup(title_)) +
         body_ + "</svg>\n";
}

std::string Svg::colour(const std::string& hexadecimal) const {
  return place_ == Place::file ? hexadecimal : fmt::format("var(--c{},{})", hexadecimal.substr(1), hexadecimal);
}

void Svg::begin(const std::string& kind, const std::string& label, long condition, double height) {
  if (place_ == Place::file) return;
  body_ += fmt::format("<g class=\"{}\"", kind);
  if (condition >= 0) body_ += fmt::format(" data-condition=\"{}\"", condition);
  if (height > 0) body_ += fmt::format(" data-height=\"{:g}\"", height);
  if (!label.empty()) body_ += fmt::format(" data-label=\"{}\"", markup(label));
  body_ += ">\n";
}

void Svg::end() {
  if (place_ == Place::page) body_ += "</g>\n";
}

void Svg::piece(const std::vector<Point>& points, const Stroke& stroke) {
  body_ += fmt::format(
      "<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" stroke=\"{}\" stroke-width=\"{:.2f}\"{}{}/>\n",
      coordinates(points), colour(stroke.colour), stroke.width,
      stroke.dash.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", stroke.dash),
      stroke.opacity == 1 ? "" : fmt::format(" stroke-opacity=\"{:.2f}\"", stroke.opacity));
}

void Svg::polygon(const std::vector<Point>& points, const std::string& fill, double opacity) {
  body_ += fmt::format("<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"{:.2f}\"/>\n", coordinates(points),
                       colour(fill), opacity);
}

void Svg::rect(Point corner, double width, double height, const std::string& fill) {
  body_ += fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"/>\n", corner.x,
                       corner.y, width, height, colour(fill));
}

void Svg::circle(Point centre, double radius, const std::string& fill) {
  body_ += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\" fill=\"{}\"/>\n", centre.x, centre.y, radius,
                       colour(fill));
}

/// Round ends of lines without length.
void Svg::circles(const std::vector<Point>& centres, double radius, const std::string& fill) {
  if (centres.empty()) return;
  std::string path;
  for (const auto& centre : centres) path += fmt::format("M{:.1f},{:.1f}h0", centre.x, centre.y);
  body_ +=
      fmt::format("<path d=\"{}\" fill=\"none\" stroke-linecap=\"round\" stroke-width=\"{:.2f}\" stroke=\"{}\"/>\n",
                  path, 2 * radius, colour(fill));
}

void Svg::rects(const std::vector<Box>& boxes, const std::string& fill) {
  if (boxes.empty()) return;
  std::string path;
  for (const auto& [corner, width, height] : boxes)
    path += fmt::format("M{:.1f},{:.1f}h{:.2f}v{:.2f}h-{:.2f}z", corner.x, corner.y, width, height, width);
  body_ += fmt::format("<path d=\"{}\" shape-rendering=\"crispEdges\" fill=\"{}\"/>\n", path, colour(fill));
}

void Svg::text(Point at, const std::string& text, const TextStyle& style) {
  if (place_ == Place::page && style.bold && text == heading_) {
    top_ = at.y;
    return;
  }
  const auto turn =
      style.rotation == 0 ? "" : fmt::format(" transform=\"rotate({:.1f} {:.2f} {:.2f})\"", style.rotation, at.x, at.y);
  body_ += fmt::format(
      "<text x=\"{:.2f}\" y=\"{:.2f}\" font-size=\"{:.2f}\" text-anchor=\"{}\" fill=\"{}\"{}{}>{}</text>\n", at.x, at.y,
      style.size, style.anchor, colour(style.colour), style.bold ? " font-weight=\"bold\"" : "", turn, markup(text));
}

std::string svg_file(const Figure& figure) {
  Svg svg(figure.width, figure.height, figure.title);
  figure.draw(svg);
  return svg.str();
}

}  // namespace stillpoint
