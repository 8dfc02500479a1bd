// DIR/study.json and DIR/tuning.json: what a study's directory says of the study.
#pragma once

#include <string>
#include <vector>

#include "experiments/results/condition_label.hpp"
#include "experiments/results/records.hpp"
#include "experiments/study/study.hpp"

namespace stillpoint {

struct Description {
  long version;
  std::string name, identity;
  std::vector<Varied> conditions;  // the same options in each
  std::vector<LeftOut> left_out;
  std::vector<std::string> fixed;  // options that it sets to one value for all conditions
};

/// The text of study.json.
std::string description_of(const Study& study);
/// Throws UserError where the text, that of `path`, does not describe a study.
Description parse_description(const std::string& text, const std::string& path);
Description read_description(const std::string& path);
/// Where the text is.
std::string study_json_of(const std::string& directory);
/// That text; throws UserError where there is no such directory, or it holds no study.
std::string read_study_text(const std::string& directory);
Description read_study_description(const std::string& directory);

/// What was tuned: of each condition as text, "" where nothing was, at which edge of what was tried it lies, "" where
/// it does not (edge_text), and the options.
struct Tuning {
  std::vector<std::string> conditions, edges, options;
};
/// Nothing where there is no such file; throws UserError.
Tuning read_tuning(const std::string& path);

}  // namespace stillpoint
