// INI files that a user wrote: studies and virtual experiments.
#pragma once

#include <string>

#include "experiments/options/run_options.hpp"

namespace stillpoint {

/// "SECTION.KEY" -> value, in the order of the file (read by Boost.Program_options); what: "a study", for messages.
/// Throws UserError where it cannot be read, where a line is none of INI, a key stands twice or nothing stands there.
Assignments read_ini(const std::string& path, const std::string& what);

}  // namespace stillpoint
