// The part of a study's page that is of analyses and other commands, and panels beyond its curves.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/page/study_page.hpp"

namespace stillpoint {

/// Of each analysis what is kept of the networks. What cannot be told is added to `notes`.
std::vector<NetworkComparison> compared_networks(const std::string& directory, const StudyRecord& study,
                                                 const ComparisonRequest& request,
                                                 const std::vector<NetworkAnalysis>& analyses,
                                                 std::vector<std::string>& notes);

/// Panels with their downloads, "" of none. Adds their tables to those of the page.
std::string panels_html(const std::vector<ResultPanel>& panels, Json& tables);

/// What a study's own runs tell beyond its curves: maps of two options, alignment of rules.
std::vector<ResultPanel> further_panels(const StudyPage& page, std::vector<std::string>& notes);

/// The part, "" where there is nothing in it. Adds its tables to those of the page, for downloads.
std::string analyses_html(const StudyPage& page, Json& tables);

}  // namespace stillpoint
