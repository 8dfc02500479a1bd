// The figure of a learning curve and its phases.
#pragma once

#include <string>

#include "analysis/learning/learning_phases.hpp"

namespace stillpoint {

/// SVG, 180 mm wide: the loss on a logarithmic axis, the better model's loss, phases shaded, and the interval of the
/// drop's position above them.
std::string phases_figure(const LossCurve& curve, const LearningPhases& found, const std::string& title);

}  // namespace stillpoint
