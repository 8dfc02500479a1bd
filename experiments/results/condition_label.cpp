#include "experiments/results/condition_label.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillpoint {

std::vector<std::string> short_names(const Varied& varied) {
  const auto last_word = [](const std::string& name) {
    const auto word = name.substr(name.rfind('.') + 1);
    return word == "name" || word == "kind" ? name.substr(0, name.rfind('.')) : word;
  };
  std::vector<std::string> names;
  for (const auto& [name, value] : varied) {
    const auto word = last_word(name);
    const auto alike =
        std::count_if(varied.begin(), varied.end(), [&](const auto& other) { return last_word(other.first) == word; });
    names.push_back(alike > 1 ? name : word);
  }
  return names;
}

std::string condition_label(const Varied& varied) {
  const auto names = short_names(varied);
  std::string label;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& [name, value] = varied[i];
    label += (i == 0 ? "" : ", ") + (name == arm_option ? value : names[i] + " = " + value);
  }
  return names.empty() ? "all runs" : label;
}

std::string numbered_label(std::size_t number, const Varied& varied) {
  return fmt::format("#{} {}", number, condition_label(varied));
}

}  // namespace stillpoint
