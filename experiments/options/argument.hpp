// Mistakes on the command line, as a user writes it: "--by network.size: must be one of: ..".
#pragma once

#include <string>

#include "sim/options/option.hpp"

namespace stillpoint {

/// Throws UserError "NAME VALUE: ALLOWED" unless `holds`.
inline void require_argument(bool holds, const std::string& name, const std::string& value,
                             const std::string& allowed) {
  if (!holds) throw UserError(name + ' ' + value + ": " + allowed);
}

}  // namespace stillpoint
