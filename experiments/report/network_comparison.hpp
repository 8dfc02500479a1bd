// What an analysis says of the networks of a study: a number per network, their mean per condition, and paired
// differences between conditions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/paired.hpp"
#include "experiments/report/comparison.hpp"
#include "experiments/study/network_numbers.hpp"

namespace stillpoint {

/// Of the networks that have a value.
struct NumberSummary {
  std::optional<double> mean, median;  // absent where none has
  /// Of the mean: Student's t, of a share Wilson's. Student's needs two values that differ, and is
  /// cut to what is possible: no count is below 0.
  std::optional<Interval> interval;
  long undefined = 0;  // analysed, and without a value
};

struct NumberDifference {
  std::size_t condition, against, number;
  PairedTest test;               // condition minus against, over the seeds that both have a value of
  long undefined = 0;            // seeds of which both were analysed, and one has no value
  long set_apart = 0;            // seeds of which one is unmatched
  std::optional<double> p_holm;  // test.p, corrected for all differences of the table
};

struct NetworkComparison {
  StudyRecord study;
  NetworkAnalysis analysis;
  std::vector<std::vector<AnalysedNetwork>> networks;  // of each condition and run
  std::vector<std::vector<NumberSummary>> summaries;   // of each condition and number
  std::vector<NumberDifference> differences;
};

/// Each condition with the one that it is compared with by the request (experiments/report/comparison.hpp).
/// Runs of a control that could not be matched are no runs of that control: pairs with them are set apart.
NetworkComparison compare_networks(StudyRecord study, NetworkAnalysis analysis,
                                   std::vector<std::vector<AnalysedNetwork>> networks,
                                   const ComparisonRequest& request);

/// docs/analyses.md says what is in it.
nlohmann::ordered_json network_json(const NetworkComparison& compared);
std::string network_text(const NetworkComparison& compared);

}  // namespace stillpoint
