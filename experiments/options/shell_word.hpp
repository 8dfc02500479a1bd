// Words of a shell's command line, as a user may copy them.
#pragma once

#include <boost/algorithm/string/replace.hpp>
#include <regex>
#include <string>

namespace stillpoint {

/// Of which a shell makes nothing else.
inline bool is_plain_word(const std::string& word) {
  static const std::regex plain("[A-Za-z0-9_./:=,+@%-]+");
  return std::regex_match(word, plain);
}

/// Quoted where it has to be.
inline std::string shell_word(const std::string& text) {
  if (is_plain_word(text)) return text;
  return "'" + boost::replace_all_copy(text, "'", "'\\''") + "'";
}

}  // namespace stillpoint
