#include "sim/options/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

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

}  // namespace

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 100;  // nobody types a longer one
  const auto wanted = folded(name);
  if (wanted.empty() || wanted.size() > longest) return "";
  const auto text = [](const std::string& meant) { return "; did you mean " + meant + "?"; };
  for (const auto& each : known)
    if (const auto own = folded(each); own == wanted || own.substr(own.rfind('.') + 1) == wanted) return text(each);
  const std::string* nearest = nullptr;
  std::size_t least = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const auto& each : known)
    if (each.size() <= longest)
      if (const auto far = distance(wanted, folded(each)); far < least) {
        least = far;
        nearest = &each;
      }
  return nearest ? text(*nearest) : "";
}

std::string must_be_one_of(const std::string& name, const std::vector<std::string>& known) {
  return fmt::format("must be one of: {}{}", fmt::join(known, ", "), did_you_mean(name, known));
}

}  // namespace stillpoint
