// Panels of a study's figure: learning curves, and when runs reached criterion. Those of all groups of conditions share
// their scales.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/report/panel.hpp"
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
void draw_point(Drawing& drawing, Point at, const Condition& condition, const std::string& colour);

/// A run as a reader who points at it is told: "seed 3, reached at update 141", "seed 4, diverged at update 12".
std::string run_label(const RunRecord& run);

/// The steps of the share of runs that reached, in % [update, %], from 0 to the largest budget.
std::vector<Point> reached_steps(const std::vector<RunRecord>& runs);

/// Of curves over runs, in each bin of updates; NaN where too few runs have a value.
struct Quartiles {
  std::vector<double> low, middle, high;
};
/// NaN of a curve, and what lies beyond its end, is no value; `fewest`: values that a bin needs.
Quartiles quartiles_of(const std::vector<std::vector<double>>& curves, std::size_t bins, std::size_t fewest = 1);

/// Mean of the updates in a bin of so many.
inline double bin_centre(std::size_t bin, long width) {
  return static_cast<double>(bin) * static_cast<double>(width) + static_cast<double>(width - 1) / 2;
}

class CurvePanels {
 public:
  static constexpr double left = 40, height = 135;

  explicit CurvePanels(const std::vector<Condition>& conditions);
  /// Both panels side by side, whose data areas begin at `top`.
  void draw(Drawing& drawing, double top, const std::vector<Series>& series) const;

  /// Medians and quartiles; what belongs to a condition is a group "series" of the drawing.
  void draw_curves(Drawing& drawing, const Panel& panel, const std::vector<Series>& series) const;
  /// Single runs, the first `most` of each condition, each a group "run", without axes.
  void draw_runs(Drawing& drawing, const Panel& panel, const std::vector<Series>& series, std::size_t most) const;
  /// Runs at criterion in %; to its right, unless `spacing` is 0, the shares that reached, so far from each other.
  void draw_reached(Drawing& drawing, const Panel& panel, const std::vector<Series>& series, double spacing) const;

  /// From 0 to the last update of the study; logarithmic: of update + 1, from the first point of a curve on.
  Axis updates(Axis::Scale scale = Axis::Scale::linear) const;
  /// Of the curves. Absent: the scale that they are drawn in where nothing else is asked for.
  Axis values(std::optional<Axis::Scale> scale = {}) const;
  /// Of the runs at criterion: a little room below 0 and above 100 keeps curves clear of the axis.
  static Axis percent() { return {"runs at criterion (%)", -3, 103}; }
  /// Whether curves are of accuracy, or of the loss.
  bool of_accuracy() const { return measure_.is_accuracy; }
  const std::string& title() const { return measure_.title; }
  std::size_t bins() const { return bins_; }
  /// Mean of the updates in a bin.
  double centre(std::size_t bin) const { return bin_centre(bin, width_); }
  /// Mean of the run's curve in each bin; NaN before it begins or without one. After its end: infinitely bad if the run
  /// diverged, else its final value.
  std::vector<double> binned(const RunRecord& run) const;
  /// Updates that a point of a learning curve stands for.
  long bin_width() const { return width_; }
  const Quartiles& quartiles(std::size_t condition) const { return curves_[condition]; }

 private:
  /// Which curve panel a shows. `worst` is what a run that diverged counts as.
  struct Measure {
    bool is_accuracy;
    double RunRecord::* final_value;
    std::string label, title;
    Axis::Scale scale;
    double worst;
  };
  static Measure choose_measure(const std::vector<Condition>& conditions);
  Point at(const Panel& panel, std::size_t bin, double value) const;
  void draw_band(Drawing& drawing, const Panel& panel, const Quartiles& curve, const std::string& colour,
                 double opacity) const;

  const std::vector<Condition>& conditions_;
  Measure measure_;
  long last_, width_;
  std::size_t bins_;  // updates [k * width, (k + 1) * width) form bin k
  std::vector<Quartiles> curves_;
  std::vector<double> drawn_;  // every value of curves_
};

}  // namespace stillpoint
