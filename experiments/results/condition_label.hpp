// How a condition of a study is named for readers.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace stillpoint {

using Varied = std::vector<std::pair<std::string, std::string>>;  // full option name -> value as text

inline const std::string arm_option = "study.arm";

/// "g" for "network.g", unless another varied option ends in the same word; "rule" for "rule.name".
std::vector<std::string> short_names(const Varied& varied);

/// "tcr, g = 2.5": the arm by its value, other options by their short names; "all runs" where nothing varies.
std::string condition_label(const Varied& varied);

/// "#3 tcr, g = 2.5": with its number in the grid, from 0, that of the names of its files.
std::string numbered_label(std::size_t number, const Varied& varied);

}  // namespace stillpoint
