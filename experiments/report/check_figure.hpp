// A panel for each prediction that a recording tells of: the networks of every hypothesis, and what was measured.
#pragma once

#include <string>

#include "experiments/recordings/check.hpp"

namespace stillpoint {

/// SVG. Throws UserError where there is nothing to show.
std::string check_figure(const Check& check);

}  // namespace stillpoint
