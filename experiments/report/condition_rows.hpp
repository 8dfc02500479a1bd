// Beneath the curves of a figure, one row per condition: how it is drawn, its name, how far its runs are, its median
// number of updates to criterion (panel c).
#pragma once

#include <string>
#include <vector>

#include "experiments/report/condition_summary.hpp"
#include "experiments/report/curve_panels.hpp"

namespace stillpoint {

class ConditionRows {
 public:
  /// summaries: of the conditions. updates: the axis of the figure.
  ConditionRows(const std::vector<Condition>& conditions, const std::vector<Summary>& summaries,
                const std::vector<Series>& series, Axis updates);
  /// Of all rows, with title and axis [pt].
  double height() const;
  void draw(Drawing& drawing, double top) const;

 private:
  struct Row {
    const Condition* condition;
    const Summary* summary;
    Stroke stroke;
    std::vector<std::string> lines;  // of the name, none too long for its column
  };
  void draw_median(Drawing& drawing, const Panel& track, const Row& row, double y) const;

  std::vector<Row> rows_;
  Axis updates_;
};

/// "#3 tcr, gain = 2.5 (n = 20, 1 diverged)"; "(12 of 20 runs done, 0 diverged, 10 of 12 unmatched)"
std::string legend_entry(const Condition& condition);

}  // namespace stillpoint
