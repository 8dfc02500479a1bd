// What came of a study over two of its options, as maps.
#pragma once

#include <string>
#include <vector>

#include "experiments/report/page/results_beside.hpp"

namespace stillpoint {

/// Of a study that varies two options, or more, in two values each: shares of runs at criterion and median updates over
/// the two with most values, a map for each combination of the others. What is left out is added to `notes`.
std::vector<ResultPanel> option_maps(const ComparedStudy& study, std::vector<std::string>& notes);

}  // namespace stillpoint
