// The panels of a study, each for itself: on its page, and as a file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiments/report/comparison.hpp"
#include "experiments/report/curve_panels.hpp"

namespace stillpoint {

struct StudyPanel {
  std::string name;  // of its file
  std::string title;
  std::string caption;  // what is drawn how
  std::string table;    // of the page's data, that it shows; "" for none
  double height;        // [pt]
  std::function<void(Drawing&)> draw;
  std::string axis = {};         // two panels of one title: "linear" or "logarithmic"
  bool shows_conditions = true;  // by colour: a legend belongs to it
  double width = column_width;   // [pt]
};

/// single_runs: curves of single runs, of each condition at most; width: of each panel [pt]. All that is given must outlive
/// the panels.
std::vector<StudyPanel> study_panels(const ComparedStudy& study, const CurvePanels& curves, std::size_t single_runs,
                                     double width = column_width);

/// How each condition is drawn.
std::vector<Series> page_series(const StudyRecord& study);

/// A legend at the top of a drawing: which condition is drawn how, and its height [pt].
double legend_height(const StudyRecord& study, double width);
void draw_legend(Drawing& drawing, const StudyRecord& study, double top, double width);

}  // namespace stillpoint
