// `stillpoint analyze KIND STUDYDIR`: the analysis of one network, over all networks of a study.
#pragma once

#include "experiments/cli/analyses/analysis.hpp"

namespace stillpoint {

/// --against, --jobs, --quiet
void add_study_options(boost::program_options::options_description& options);

/// The result of a kind that has numbers for what FILE names: a directory is a study, anything else goes to the kind.
/// Throws UserError.
nlohmann::ordered_json analyse_file_or_study(const AnalysisKind& kind, const std::string& file, const Given& given,
                                             std::string& text);

/// Those of which DIR/analyses keeps results. They analyse nothing: a network of which nothing is kept has no values.
std::vector<NetworkAnalysis> kept_analyses(const std::string& directory);

}  // namespace stillpoint
