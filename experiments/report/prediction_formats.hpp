// The predictions of a study as JSON, as CSV, and as a written table with the analysis plan.
#pragma once

#include <string>
#include <vector>

#include "experiments/predictions/learning.hpp"
#include "experiments/predictions/prediction_table.hpp"
#include "experiments/predictions/rehearsal.hpp"

namespace stillpoint {

/// What is written of one study.
struct PredictionReport {
  const PredictionStudy& study;
  const PredictionTable& table;
  const std::vector<Rehearsal>& rehearsals;
  std::vector<Experiment> experiments;            // of the predictions, as in the first network
  double bin_ms;                                  // of its rates
  Index stimulated;                               // of its neurons, where some are
  Assignments noise = {};                         // options of it that its runs had, as in the first network
  const LearningStudy* learning = nullptr;        // where runs kept networks on their way
  const LearningTable* learning_table = nullptr;  // of it
};

/// What alternatives are compared with: tcr where it is there, else the last of the hypotheses.
std::string focus_of(const PredictionTable& table);
/// Rows of the table by rising sample: first what tells the focus from most other hypotheses, of these what needs the
/// fewest animals, at the middle size.
std::vector<const PredictionRow*> by_sample(const PredictionReport& report);

std::string predictions_json(const PredictionReport& report);
/// A line per prediction, pair and size.
std::string predictions_csv(const PredictionReport& report);
/// Whether any network has a value of it, by rates or recorded.
bool has_values(const PredictionRow& row);
/// "Larger under tcr than under static and high_pass. Smaller than under .. Not told apart ..", by recordings of a size.
std::string outcome(const PredictionRow& row, const std::string& focus, std::size_t size);
/// ", 18 where only stimulated ones count", or "".
std::string few_stimulated(const PredictionReport& report, const RecordingSize& size);
/// Markdown; figures: whether each prediction that has values has one, NAME.svg, beside it.
std::string predictions_text(const PredictionReport& report, bool figures);
/// Parts of it: all in one table, what to register, experiments as they are repeated, the rehearsal. rows: in their order.
std::string predictions_overview(const PredictionReport& report, const std::vector<const PredictionRow*>& rows);
std::string analysis_plan(const PredictionReport& report, const std::vector<const PredictionRow*>& rows);
std::string experiments_text(const PredictionReport& report);
std::string rehearsals_text(const std::vector<Rehearsal>& rehearsals);
/// A few lines for the terminal.
std::string predictions_summary(const PredictionReport& report);

}  // namespace stillpoint
