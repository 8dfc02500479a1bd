// Options that a run has or is given, and that change nothing in it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "experiments/options/run_options.hpp"

namespace stillpoint {

/// What a run of these options lacks for another value of the option to change it, and what it has instead: "needs
/// synapse.kind = tcr, is none". "" where another value would.
std::string lacking_for(const std::string& option, const Options& options);

/// The same as far as the options tell that value_of knows.
std::string lacking_beside(const std::string& option,
                           const std::function<std::optional<std::string>(const std::string&)>& value_of);

/// Throws ParameterError where one of these assignments, which a user made, has no effect in a run of these options.
void refuse_without_effect(const Assignments& given, const Options& options);

}  // namespace stillpoint
