// One analysis of every network of a study: the few numbers that stand for each, kept in DIR/analyses because they cost
// what the analysis costs.
#pragma once

#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/statistics/intervals.hpp"
#include "experiments/results/records.hpp"

namespace stillpoint {

/// A number that stands for one network among others.
struct NetworkNumber {
  std::string name, unit;  // unit "": a count, a share, a ratio
  /// What the analysis says of it in its JSON; absent: it has no value for this network.
  std::function<std::optional<double>(const nlohmann::ordered_json& result)> of;
  bool yes_or_no = false;  // 1 or 0, whose mean is a share
  Interval possible{0, std::numeric_limits<double>::infinity()};
};

struct NetworkAnalysis {
  std::string kind;
  nlohmann::ordered_json options;  // all of them, resolved
  std::vector<NetworkNumber> numbers;
  std::function<nlohmann::ordered_json(const std::string& run_file)> run;  // throws UserError; from several threads
};

struct AnalysedNetwork {
  std::vector<std::optional<double>> values;  // one per number; empty where it could not be analysed
  std::vector<std::string> left_out;          // of what is known of the network
  std::string problem;                        // why there are no values; "" where there are
  std::vector<std::string> hints = {};        // of the analysis: what would make its answer better
};

/// Of every finished run: one list per condition of the study, in the order of its runs. jobs: threads, 0: one per
/// processor. Throws what the analysis threw of the first network where there is none that it could analyse.
std::vector<std::vector<AnalysedNetwork>> analyse_networks(const StudyRecord& study, const std::string& directory,
                                                           const NetworkAnalysis& analysis, int jobs, bool quiet);

}  // namespace stillpoint
