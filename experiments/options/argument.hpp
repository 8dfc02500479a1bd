// Mistakes on the command line, as a user writes it: "--by network.size: must be one of: ..".
#pragma once

#include <boost/algorithm/string/trim.hpp>
#include <filesystem>
#include <string>
#include <utility>

#include "sim/options/option.hpp"

namespace stillpoint {

/// Throws UserError "NAME VALUE: ALLOWED" unless `holds`.
inline void require_argument(bool holds, const std::string& name, const std::string& value,
                             const std::string& allowed) {
  if (!holds) throw UserError(name + ' ' + value + ": " + allowed);
}

/// "KEY=VALUE" in two, without blanks at their ends; throws UserError naming the argument.
inline std::pair<std::string, std::string> key_and_value(const std::string& name, const std::string& entry,
                                                         const std::string& allowed = "must be KEY=VALUE") {
  const auto equals = entry.find('=');
  require_argument(equals != std::string::npos && equals > 0, name, entry, allowed);
  return {boost::algorithm::trim_copy(entry.substr(0, equals)), boost::algorithm::trim_copy(entry.substr(equals + 1))};
}

/// Throws UserError unless the path is that of a picture, or empty.
inline void require_svg(const std::string& name, const std::string& path) {
  require_parameter(path.empty() || std::filesystem::path(path).extension() == ".svg", name, path, "must end in .svg");
}

}  // namespace stillpoint
