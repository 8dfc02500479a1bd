#include "experiments/options/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace stillpoint {

namespace {

std::function<void(const std::string&)> listener;

/// Bytes of the character of UTF-8 that begins there, 0 where none does or it is a control character.
std::size_t character_at(const std::string& text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(k < text.size() ? text[k] : '\0'); };
  const unsigned first = byte(i);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                             : (first & 0xf0U) == 0xe0       ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  for (std::size_t k = 1; k < length; ++k)
    if ((byte(i + k) & 0xc0U) != 0x80) return 0;
  const bool control = first == 0xc2 && byte(i + 1) < 0xa0;
  return control ? 0 : length;
}

}  // namespace

std::string printable(const std::string& text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size();) {
    const auto length = character_at(text, i);
    if (length == 0)
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i++]));
    else
      shown += text.substr(i, length);
    i += length;
  }
  return shown;
}

void say(const std::string& text) {
  std::fputs(text.c_str(), stderr);  // where that is closed or full, the work goes on
  std::fflush(stderr);
}

void tell(const std::string& message) {
  constexpr std::size_t longest_word = 300, most = 2000, kept = 900;
  const auto shorter = [](const std::string& text, std::size_t longest, std::size_t head, std::size_t tail) {
    if (text.size() <= longest) return text;
    return text.substr(0, head) + fmt::format(" [{} bytes] ", text.size() - head - tail) +
           text.substr(text.size() - tail);
  };
  std::string line;
  for (std::size_t i = 0; i < message.size();) {
    const auto end = std::min(message.find(' ', i), message.size() - 1) + 1;
    line += shorter(message.substr(i, end - i), longest_word, 100, 20);
    i = end;
  }
  const auto shown = printable(shorter(line, most, kept, kept));
  if (listener)
    listener(shown);
  else
    say(shown + "\n");
}

void tell_to(std::function<void(const std::string&)> other) { listener = std::move(other); }

}  // namespace stillpoint
