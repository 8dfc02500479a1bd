// The figure of a study: how accuracy grows, when runs reach criterion, and how long that takes.
#pragma once

#include <string>

#include "experiments/results/records.hpp"

namespace stillpoint {

/// SVG, 180 mm wide, of every condition. panels: the option (full or short name) that has a row of panels for each of
/// its values, "none" for one row with all conditions, or "": one row up to 8 conditions; beyond that the option that
/// leaves the fewest of them in a row but more than one, the first of several such, study.arm last. Throws UserError
/// where none varies of that name.
///
/// Panel a: task accuracy against update, median over runs and quartiles as a band; the loss, on a log axis, where
/// accuracy never changes. Each run enters with its means over bins of a power of two of updates, some 1 %
/// of the budget (experiments/results/thin_curve.hpp). From the update at
/// which a run diverges it ranks below all others, so it is never dropped: where more than half have diverged the line
/// ends. A run that stopped early for another reason goes on with its final value on the evaluation trials.
///
/// Panel b: share of runs at criterion against update, 1 - Kaplan-Meier (diverged runs stay at risk); to its right, the
/// share of all runs that reached, with its Wilson 95 % interval.
///
/// Panel c: each condition by its full name and how far its runs are, with its median number of updates to criterion
/// and the bootstrap 95 % interval. Conditions that lack runs, or that have unmatched controls, have hollow points.
std::string learning_curve_figure(const StudyRecord& study, const std::string& panels = "");

}  // namespace stillpoint
