#include "experiments/report/panel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace stillpoint {

namespace {

/// The smallest of 1, 2, 5 times a power of ten that is at least `step`.
double round_step(double step) {
  const double power = std::pow(10, std::floor(std::log10(step)));
  for (const double factor : {1., 2., 5.})
    if (step <= factor * power * (1 + 1e-9)) return factor * power;
  return 10 * power;
}

constexpr double tick = 3;  // length [pt]

double linear_step(double low, double high) { return round_step((high - low) / 6); }

std::string superscript(int exponent) {
  static const std::array<const char*, 10> digits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(exponent))) text += digits[static_cast<std::size_t>(digit - '0')];
  return text;
}

}  // namespace

std::string tick_label(double value, Axis::Scale scale) {
  const double exponent = std::log10(value);
  if (scale == Axis::Scale::log10 && std::abs(exponent) > 2.5 && std::abs(exponent - std::round(exponent)) < 1e-9)
    return "10" + superscript(static_cast<int>(std::round(exponent)));
  const auto digits = fmt::format("{:.6g}", std::abs(value));
  return value < 0 ? "−" + digits : digits;
}

Axis Axis::covering(std::string label, const std::vector<double>& values, Scale scale) {
  const bool logarithmic = scale == Scale::log10;
  std::vector<double> shown;
  for (const double value : values)
    if (std::isfinite(value) && (!logarithmic || value > 0)) shown.push_back(value);
  if (shown.empty()) return {std::move(label), logarithmic ? 0.1 : 0, 1, scale};
  const auto [least, most] = std::minmax_element(shown.begin(), shown.end());
  double low = *least, high = *most;
  if (logarithmic) {
    low = std::floor(std::log10(low) + 1e-9);
    high = std::max(std::ceil(std::log10(high) - 1e-9), low + 1);
    return {std::move(label), std::pow(10, low), std::pow(10, high), scale};
  }
  if (high - low <= 1e-9 * std::abs(low)) {  // equal but for rounding
    const double margin = low == 0 ? 0.5 : std::abs(low) / 10;
    low -= margin;
    high += margin;
  }
  const double step = linear_step(low, high);
  return {std::move(label), step * std::floor(low / step + 1e-9), step * std::ceil(high / step - 1e-9), scale};
}

std::vector<double> Axis::ticks() const {
  std::vector<double> values;
  if (scale == Scale::log10) {
    const double first = std::ceil(std::log10(low) - 1e-9), last = std::floor(std::log10(high) + 1e-9);
    const double stride = std::ceil((last - first + 1) / 6);
    const bool few = last - first < 2;  // powers: what lies between them, and before the first, is marked as well
    for (double exponent = first - (few ? 1 : 0); exponent <= last; exponent += stride) {
      const double power = std::pow(10, exponent);
      if (exponent >= first) values.push_back(power);
      for (const double factor : {2., 5.})
        if (few && factor * power >= low && factor * power < high) values.push_back(factor * power);
    }
    return values;
  }
  const double step = linear_step(low, high);
  for (double k = std::ceil(low / step - 1e-9); k <= high / step + 1e-9; ++k) values.push_back(k * step);
  return values;
}

double Axis::fraction(double value) const {
  if (std::isnan(value)) return value;
  const double share = scale == Scale::linear ? (value - low) / (high - low)
                                              : std::log10(std::max(value, 0.0) / low) / std::log10(high / low);
  return std::clamp(share, 0.0, 1.0);
}

Point Panel::at(double x_value, double y_value) const {
  return {corner.x + width * x.fraction(x_value), corner.y + height * (1 - y.fraction(y_value))};
}

void Panel::draw_x_axis(Drawing& drawing) const {
  const double bottom = corner.y + height;
  drawing.line({corner.x, bottom}, {corner.x + width, bottom}, {});
  for (const double value : x.ticks()) {
    const double at_x = corner.x + width * x.fraction(value);
    drawing.line({at_x, bottom}, {at_x, bottom + tick}, {});
    if (x.labelled) drawing.text({at_x, bottom + tick + 7.5}, tick_label(value, x.scale), {7, "middle"});
  }
}

void Panel::draw_axes(Drawing& drawing, const std::string& letter, const std::string& title) const {
  const double bottom = corner.y + height;
  draw_x_axis(drawing);
  drawing.line(corner, {corner.x, bottom}, {});
  double widest = 0;  // of the labels, as drawn in 7 point
  for (const double value : y.ticks()) {
    const double at_y = corner.y + height * (1 - y.fraction(value));
    drawing.line({corner.x, at_y}, {corner.x - tick, at_y}, {});
    drawing.text({corner.x - tick - 2, at_y + 2.5}, tick_label(value, y.scale), {7, "end"});
    widest = std::max(widest, 3.9 * static_cast<double>(characters_of(tick_label(value, y.scale))));
  }
  if (x.labelled) drawing.text({corner.x + width / 2, bottom + 22}, x.label, {8, "middle"});
  drawing.text({corner.x - std::max(28., tick + 5 + widest), corner.y + height / 2}, y.label, {8, "middle", -90});
  if (!letter.empty()) drawing.text({corner.x - 34, corner.y - 9}, letter, {10, "start", 0, "#000000", true});
  if (!title.empty()) drawing.text({corner.x, corner.y - 9}, title, {8});
}

}  // namespace stillpoint
