// Words in lines of a given length: on a terminal, and in drawings.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace stillpoint {

/// Of the bytes of UTF-8, those that are not the rest of a character.
inline bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

inline std::size_t characters_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

/// A word that is longer than a line: a drawing has no room for it, on a terminal it has to stay whole to be copied.
enum class LongWord { broken, whole };

/// Where a line of more than `width` characters ends: at the last space that has `width` characters before it at most, else
/// within the word, or behind it; npos where nothing follows.
inline std::size_t line_end(const std::string& text, std::size_t width, LongWord word) {
  const auto first = text.find_first_not_of(' ');
  std::size_t space = std::string::npos, at = 0, characters = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == ' ' && at > first) space = at;
    if (begins_character(text[at]) && ++characters > width) break;
  }
  if (space != std::string::npos) return space;
  return word == LongWord::broken ? at : text.find(' ', first);
}

/// Lines of `width` characters at most, one or more, broken at spaces; what follows the first begins with `hang` spaces.
inline std::vector<std::string> in_lines(std::string text, std::size_t width, LongWord word = LongWord::broken,
                                         std::size_t hang = 0) {
  std::vector<std::string> lines;
  while (characters_of(text) > width) {
    const auto end = line_end(text, width, word), next = text.find_first_not_of(' ', end);
    if (next == std::string::npos) break;
    lines.push_back(text.substr(0, text.find_last_not_of(' ', end - 1) + 1));
    text = std::string(hang, ' ') + text.substr(next);
  }
  lines.push_back(std::move(text));
  return lines;
}

}  // namespace stillpoint
