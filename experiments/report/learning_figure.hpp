// The statistics of learning against updates from the fall of the loss, abrupt beside gradual.
#pragma once

#include <string>

#include "experiments/predictions/learning.hpp"

namespace stillpoint {

/// A row of panels per hypothesis; medians and quartiles over networks, by rates, a point per day on which half of
/// them or more were recorded. SVG.
std::string learning_figure(const LearningStudy& study, const LearningTable& table);

}  // namespace stillpoint
