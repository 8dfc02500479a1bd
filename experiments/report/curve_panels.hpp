// Panels of a study's figure: learning curves, and when runs reached criterion. Those of all groups of conditions share
// their scales.
#pragma once

#include <vector>

#include "experiments/report/svg.hpp"
#include "experiments/results/records.hpp"

namespace stillpoint {

/// Each a condition of the study, by its place, and how it is drawn.
struct Series {
  std::size_t condition;
  Stroke stroke;
};

/// Whether a condition is drawn hollow: runs are missing, or controls are not matched.
bool is_hollow(const Condition& condition);

/// A point of a condition, hollow where it is.
void draw_point(Svg& svg, Point at, const Condition& condition, const std::string& colour);

class CurvePanels {
 public:
  static constexpr double left = 40, height = 135;

  explicit CurvePanels(const std::vector<Condition>& conditions);
  /// Both panels, whose data areas begin at `top`.
  void draw(Svg& svg, double top, const std::vector<Series>& series) const;
  /// From 0 to the last update of the study.
  Axis updates() const { return {"update", 0, static_cast<double>(last_)}; }
  /// Updates that a point of a learning curve stands for.
  long bin_width() const { return width_; }

 private:
  /// One value per bin, NaN without runs.
  struct Quartiles {
    std::vector<double> low, middle, high;
  };
  /// Which curve panel a shows. `worst` is what a run that diverged counts as.
  struct Measure {
    bool is_accuracy;
    double RunRecord::* final_value;
    std::string label, title;
    Axis::Scale scale;
    double worst;
  };
  static Measure choose_measure(const std::vector<Condition>& conditions);
  /// Mean of the updates in a bin.
  double centre(std::size_t bin) const {
    return static_cast<double>(bin) * static_cast<double>(width_) + static_cast<double>(width_ - 1) / 2;
  }
  std::vector<double> binned(const RunRecord& run) const;
  Quartiles quartiles(const std::vector<RunRecord>& runs) const;
  void draw_band(Svg& svg, const Panel& panel, const Quartiles& curve, const std::string& colour, double opacity) const;
  void draw_curves(Svg& svg, const Panel& panel, const std::vector<Series>& series) const;
  void draw_reached(Svg& svg, const Panel& panel, const std::vector<Series>& series, double spacing) const;

  const std::vector<Condition>& conditions_;
  Measure measure_;
  long last_, width_;
  std::size_t bins_;  // updates [k * width, (k + 1) * width) form bin k
  std::vector<Quartiles> curves_;
  Axis y_;
};

}  // namespace stillpoint
