// Panels of figures: a pair of axes on a drawing.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/drawing.hpp"
#include "experiments/report/lines.hpp"

namespace stillpoint {

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

/// A number as it stands beside a tick, with a true minus sign; powers of ten on a logarithmic axis.
std::string tick_label(double value, Axis::Scale scale = Axis::Scale::linear);

/// A pair of axes on the page.
struct Panel {
  Point corner;  // upper left end of the data area
  double width, height;
  Axis x, y;

  Point at(double x_value, double y_value) const;
  void draw_axes(Drawing& drawing, const std::string& letter, const std::string& title) const;
  /// Line, ticks and their labels, at the bottom.
  void draw_x_axis(Drawing& drawing) const;
};

}  // namespace stillpoint
