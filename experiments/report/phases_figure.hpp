// The figure of a learning curve and its phases.
#pragma once

#include <string>

#include "analysis/learning/learning_phases.hpp"
#include "experiments/report/drawing.hpp"

namespace stillpoint {

/// Of a curve, in JSON: a figure of more is no part of a page.
inline constexpr std::size_t most_kept_points = 20000;

/// 180 mm wide: the loss on a logarithmic axis, the better model's loss, phases shaded, and the interval of the drop's
/// position above them.
Figure phases_figure(LossCurve curve, LearningPhases found, std::string title);

}  // namespace stillpoint
