// Which conditions of a study a user means.
#pragma once

#include <string>
#include <vector>

#include "experiments/results/records.hpp"

namespace stillpoint {

/// Places in study.conditions, in order, of those that `text` names: one by its number ("3", "#3") or its label ("tcr,
/// gain = 2.5"), or all with a value: OPTION=VALUE (full or short name, values equal as numbers where they are), or the
/// value alone (an arm's, where several options have it). Throws UserError "OPTION TEXT: .." where there is none.
std::vector<std::size_t> conditions_named(const StudyRecord& study, const std::string& option, const std::string& text);

/// The full name of the option that such a text gives a value of; "" where it names a condition.
std::string option_named(const StudyRecord& study, const std::string& text);

/// Whether two values are the same: "1e-3" and "0.001" are.
bool same_value(const std::string& a, const std::string& b);

}  // namespace stillpoint
