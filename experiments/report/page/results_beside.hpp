// Results of other commands that lie in a study's directory, told by what they hold and drawn anew from their numbers:
// predictions, recordings checked or observed, followed attractors, phases of learning curves, Lyapunov spectra.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "experiments/predictions/report_entry.hpp"
#include "experiments/report/cells.hpp"
#include "experiments/report/page/study_panels.hpp"
#include "experiments/study/restructuring_study.hpp"

namespace stillpoint {

/// A panel with the numbers that it shows.
struct ResultPanel {
  StudyPanel panel;
  Json table;  // {"columns", "rows"}
};

/// name: of its file. Has no legend of conditions.
ResultPanel result_panel(Figure figure, const std::string& name, std::string caption, Json table);

struct ResultBeside {
  std::string path;  // of its file, within the directory
  std::string says;  // what the command concluded, in its words; "" where each panel has its own
  std::vector<ResultPanel> panels;
};

struct ResultsBeside {
  std::vector<ResultBeside> results;  // by path
  std::vector<std::string> notes;     // files that are not drawn, and why
  std::set<std::string> pictures;     // SVG files, within the directory, whose figures are drawn here
  std::set<std::string> bytes;        // of such files, by whatever name
};

/// In the directory and its folders, but those that are the study's own. The first of `most_bytes` together.
ResultsBeside results_beside(const std::string& directory, std::size_t most_bytes = 1'500'000);

/// name: of files, unique to the result.
ResultBeside predictions_beside(const ReportEntry& all, const std::string& folder, const std::string& name,
                                std::vector<std::string>& notes);
ResultBeside check_beside(const ReportEntry& all, const std::string& name);
ResultBeside observation_beside(const ReportEntry& all, const std::string& name);
ResultBeside followed_beside(const ReportEntry& all, const std::string& name);
ResultBeside phases_beside(const ReportEntry& all, const std::string& name);
ResultBeside lyapunov_beside(const ReportEntry& all, const std::string& name);

/// What `analyze restructuring` keeps in DIR/restructuring.
struct KeptRestructuring {
  std::vector<ConditionRestructuring> conditions;  // of runs that can be read and were measured
  std::string problem;                             // why there are none, or which runs were not measured
};
KeptRestructuring kept_restructuring(const std::string& directory);
/// Absent where nothing is kept.
std::optional<ResultBeside> restructuring_beside(const KeptRestructuring& kept);

}  // namespace stillpoint
