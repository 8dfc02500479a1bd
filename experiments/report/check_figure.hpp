// A panel for each prediction that a recording tells of: the networks of every hypothesis, and what was measured.
#pragma once

#include <string>

#include "experiments/recordings/check.hpp"
#include "experiments/report/drawing.hpp"

namespace stillpoint {

/// conclusion: conclusion_of(check), which stands beneath. Of `check` predictions and hypotheses are looked at. Throws
/// UserError where there is nothing to show.
Figure check_figure(const Check& check, const std::string& conclusion);

}  // namespace stillpoint
