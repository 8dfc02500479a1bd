// Files that a user or the program wrote, read whole.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/options/option.hpp"

namespace stillpoint {

/// Throws UserError where the file cannot be read, or is too long for any text of ours (/dev/zero).
std::string read_text(const std::string& path);
/// The same of files that are no text.
std::string read_bytes(const std::string& path);

/// What `take` makes of JSON text, that of a file. Throws UserError where it is no JSON, or not what `take` takes it
/// for.
template <class Take>
auto parse_json(const std::string& text, const std::string& path, Take&& take) {
  try {
    return take(nlohmann::json::parse(text));
  } catch (const nlohmann::json::parse_error& problem) {
    const auto before = text.substr(0, std::min<std::size_t>(problem.byte, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    throw UserError(path + ": is damaged: is no JSON from line " + std::to_string(line) + " on");
  } catch (const nlohmann::json::exception&) {
    throw UserError(path + ": is damaged: an entry is missing, or is not what stands there elsewhere");
  }
}
template <class Take>
auto read_json(const std::string& path, Take&& take) {
  return parse_json(read_text(path), path, take);
}

}  // namespace stillpoint
