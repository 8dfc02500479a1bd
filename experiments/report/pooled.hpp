// Several studies as one.
#pragma once

#include <string>
#include <vector>

#include "experiments/results/records.hpp"

namespace stillpoint {

/// Options that are an axis of any of them, or set to different values, vary; training.updates and training.checkpoints
/// only as an axis, since they change what is seen of a run, not the run. Equal conditions are pooled; a seed counts
/// once, with its larger budget. `directories`: where each study was read. Throws UserError when a study has no runs,
/// when their tasks differ, or when a condition has other values of options that do not vary in one study than in
/// another, as those that each chose for itself ([tune]).
StudyRecord pooled(const std::vector<StudyRecord>& studies, const std::vector<std::string>& directories);

/// As the runs of a condition resolved an option; as the grid has it where they do not (no run yet, or an option that does
/// not apply); "-" where neither says it.
std::string value_of(const Condition& condition, const std::string& option);

}  // namespace stillpoint
