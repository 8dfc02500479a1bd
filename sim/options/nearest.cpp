#include "sim/options/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace stillpoint {

namespace {

/// Without what is easily confused: case, - and _.
std::string folded(const std::string& name) {
  std::string text;
  for (const char each : name)
    text += each == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  return text;
}

/// Fewest letters to insert, delete, change or swap with their neighbour (optimal string alignment).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

/// So far may a word be from what it was meant to be; letters of a short one are soon all others.
std::size_t farthest(const std::string& word) {
  return std::max<std::size_t>(word.size() / 3, word.size() >= 4 ? 2 : word.size() / 2);
}

/// "network" and "gain"; "" and "tcr".
std::pair<std::string, std::string> section_and_key(const std::string& name) {
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? std::pair(std::string(), name)
                                  : std::pair(name.substr(0, dot), name.substr(dot + 1));
}

}  // namespace

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 100;  // nobody types a longer one
  if (name.empty() || name.size() > longest) return "";
  const auto [section, key] = section_and_key(folded(name));
  const std::string* nearest = nullptr;
  std::size_t least = longest;
  for (const auto& each : known) {
    if (each.size() > longest) continue;
    const auto [own_section, own_key] = section_and_key(folded(each));
    // A key alone may be one of any section.
    const auto of_section = section.empty() ? 0 : distance(section, own_section), of_key = distance(key, own_key);
    if (of_section > farthest(section) || of_key > farthest(key) || of_section + of_key >= least) continue;
    least = of_section + of_key;
    nearest = &each;
  }
  return nearest ? "; did you mean " + *nearest + "?" : "";
}

std::string must_be_one_of(const std::string& name, const std::vector<std::string>& known) {
  return fmt::format("must be one of: {}{}", fmt::join(known, ", "), did_you_mean(name, known));
}

}  // namespace stillpoint
