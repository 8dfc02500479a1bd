// Restructuring events and drops of all runs of a study, one row per run.
#pragma once

#include <string>
#include <vector>

#include "experiments/study/restructuring_study.hpp"

namespace stillpoint {

/// A panel per condition, three side by side; runs by the onset of their drop, those without one at the bottom. An SVG
/// document.
std::string restructuring_figure(const std::vector<ConditionRestructuring>& conditions);

}  // namespace stillpoint
