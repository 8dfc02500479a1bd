// How the gradient of each rule lay to the true one while a study learned, where its runs measured that.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/page/results_beside.hpp"

namespace stillpoint {

struct RuleAlignment {
  std::size_t condition;  // of the study's, by its place
  std::string rule;       // that trained, or one that only looked on
  long runs;
  std::vector<double> update, low, middle, high;  // quartiles of the cosine over runs, each averaged in bins
};

/// Of the first `most_runs` of each condition. What cannot be read is added to `notes`.
std::vector<RuleAlignment> alignment_curves(const std::string& directory, const StudyRecord& study,
                                            std::vector<std::string>& notes, std::size_t most_runs = 100);

/// A panel for each condition that has curves, of all rules. `study` must outlive them.
std::vector<ResultPanel> alignment_panels(const std::vector<RuleAlignment>& curves, const StudyRecord& study);

}  // namespace stillpoint
