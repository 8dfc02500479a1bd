// Restructuring events and drops of all runs of a study, one row per run.
#pragma once

#include <vector>

#include "experiments/report/drawing.hpp"
#include "experiments/study/restructuring_study.hpp"

namespace stillpoint {

/// 180 mm wide: a panel per condition, three side by side; runs by the onset of their drop, those without one at the bottom.
Figure restructuring_figure(std::vector<ConditionRestructuring> conditions);

}  // namespace stillpoint
