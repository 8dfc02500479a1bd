// A study as one page of HTML that asks for nothing beside itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/report/comparison.hpp"
#include "experiments/report/network_comparison.hpp"
#include "experiments/report/page/alignment.hpp"
#include "experiments/report/page/beside.hpp"
#include "experiments/report/page/portrait.hpp"
#include "experiments/report/page/results_beside.hpp"
#include "experiments/report/page/timeline.hpp"
#include "experiments/study/study_status.hpp"

namespace stillpoint {

struct StudyPage {
  std::string directory;  // as it was given
  ComparedStudy study;
  std::optional<StudyStatus> status;  // of a study that is not finished
  std::vector<std::string> damaged;   // why files of runs could not be read
  std::vector<Portrait> portraits;
  std::optional<std::string> study_file;
  FiguresBeside beside = {};
  std::vector<ConditionTimeline> timelines = {};
  std::vector<RuleAlignment> alignments = {};
  ResultsBeside results = {};
  std::vector<NetworkComparison> networks = {};  // of each analysis that was made of all its networks
};

/// Reads all that a page needs, files of runs once but for those of portraits. Says on standard error what is damaged,
/// shows progress. Throws UserError where the directory holds no study, or no run that can be read is finished.
/// analyses: of its networks, of which what is kept is shown.
StudyPage read_study_page(const std::string& directory, const ComparisonRequest& request = {},
                          const std::vector<NetworkAnalysis>& analyses = {});

std::string page_html(const StudyPage& page);

/// Of its runs, `width` points wide. `page` and `curves` must outlive them.
std::vector<StudyPanel> all_panels(const StudyPage& page, const CurvePanels& curves, double width = column_width);

/// Panels with their downloads. Two that differ in their axis alone are one figure with a choice.
std::string figures_html(const std::vector<StudyPanel>& panels);

/// Every panel as SVG and as PDF, by the name of its file. Two panels that differ in their axis alone have one letter.
struct FigureFile {
  std::string name, bytes;
};
std::vector<FigureFile> panel_files(const StudyPage& page, const FigureStyle& style = {});

}  // namespace stillpoint
