// How the gradient of a rule lay to the true one while it learned.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/cells.hpp"
#include "experiments/report/page/study_panels.hpp"

namespace stillpoint {

/// Cosines between the gradient of a rule (its own, or a shadow's: `shadow.rules`) and BPTT's on the same trials.
struct RuleAlignment {
  static constexpr std::size_t most_runs = 400;  // of a study, as many of each condition
  std::string rule;
  struct Curve {
    std::size_t condition;  // its place in the study
    std::size_t runs;       // that had one
    Quartiles cosine;       // of means over a bin of updates; NaN where fewer than half of the runs are left
  };
  std::vector<Curve> curves;
  long bin;  // updates in one
};

/// Of the runs of the lowest seeds, whose files are read; one that cannot be read is left out and added to `notes`. Empty where
/// no run has any.
std::vector<RuleAlignment> alignments_of(const std::string& directory, const StudyRecord& study,
                                         std::vector<std::string>& notes);

/// A panel for each rule, whose caption has the means of the summaries of the first six conditions. `alignments` must outlive them.
std::vector<StudyPanel> alignment_panels(const std::vector<RuleAlignment>& alignments, const ComparedStudy& study,
                                         double width = column_width);

/// {"columns", "rows"}: what the panels show.
Json alignment_table(const std::vector<RuleAlignment>& alignments, const StudyRecord& study);

}  // namespace stillpoint
