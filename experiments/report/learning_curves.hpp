// The figure of a study: how accuracy grows, and when runs reach criterion.
#pragma once

#include <string>

#include "experiments/results/records.hpp"

namespace stillpoint {

/// SVG, 180 mm wide, of the first 8 conditions (what is left out is said in the figure).
///
/// Panel a: task accuracy against update, median over runs and quartiles as a band; the loss, on a log axis, where
/// accuracy never changes. Each run enters with its means over bins of about 1 % of the budget. From the update at
/// which a run diverges it ranks below all others, so it is never dropped: where more than half have diverged the line
/// ends. A run that stopped early for another reason goes on with its final value on the evaluation trials.
///
/// Panel b: share of runs at criterion against update, 1 - Kaplan-Meier (diverged runs stay at risk); to its right, the
/// share of all runs that reached, with its Wilson 95 % interval.
std::string learning_curve_figure(const StudyRecord& study);

}  // namespace stillpoint
