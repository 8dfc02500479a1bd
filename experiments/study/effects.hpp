// What a study sets and what of it counts: in no condition, in some, and in durations that are not what was written.
#pragma once

#include <string>
#include <vector>

#include "experiments/study/study.hpp"

namespace stillpoint {

/// Throws UserError where an option that the study sets has no effect in any of its conditions, or two of them are the
/// same. What --quick and --set leave of the study file's conditions may leave options of the file unused: `file` is the
/// study of the file alone, `set` the options that the command line sets.
void refuse_without_effect(const Study& study, const Study& file, const std::vector<std::string>& set);

/// What is to be known before the study runs, a line each: options without effect in some conditions, durations that
/// are rounded to steps, times that are implausible.
std::vector<std::string> remarks_on(const Study& study);

/// The combination of values, one per axis, of an index in grid order, the last axis fastest.
Assignments combination(const std::vector<Study::Axis>& axes, std::size_t index);

}  // namespace stillpoint
