#include "experiments/results/condition_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "experiments/options/argument.hpp"
#include "sim/options/nearest.hpp"

namespace stillpoint {

bool same_value(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text) -> std::optional<double> {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return !text.empty() && *end == '\0' ? std::optional(value) : std::nullopt;
  };
  const auto x = number(a), y = number(b);
  return x && y ? *x == *y : !x && !y && a == b;
}

namespace {

bool is_named(const Condition& condition, const std::string& text) {
  return text == condition.tag() || text == condition.tag().substr(1) || text == condition.label() ||
         text == condition.name();
}

bool has_value(const Condition& condition, const std::string& text) {
  const auto equals = text.find('=');
  const auto names = short_names(condition.varied);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& [name, value] = condition.varied[i];
    if (value == text) return true;
    if (equals != std::string::npos && (text.substr(0, equals) == name || text.substr(0, equals) == names[i]) &&
        same_value(text.substr(equals + 1), value))
      return true;
  }
  return false;
}

/// What may be said of a study: values of its axes, and numbers.
std::string allowed_names(const StudyRecord& study, const std::string& text) {
  std::vector<std::string> values;
  for (const auto& condition : study.conditions)
    for (const auto& [option, value] : condition.varied)
      if (const auto entry = option + "=" + value; std::find(values.begin(), values.end(), entry) == values.end())
        values.push_back(entry);
  const auto& last = study.conditions.back();
  return fmt::format("must be a condition's number, as `stillpoint summary` shows it ({} to {}){}{}{}",
                     study.conditions.front().tag(), last.tag(),
                     values.empty() ? "" : ", or one of: ", fmt::join(values, ", "), did_you_mean(text, values));
}

}  // namespace

std::vector<std::size_t> conditions_named(const StudyRecord& study, const std::string& option,
                                          const std::string& text) {
  std::vector<std::size_t> found;
  for (const auto fits : {is_named, has_value}) {
    for (std::size_t i = 0; i < study.conditions.size(); ++i)
      if (fits(study.conditions[i], text)) found.push_back(i);
    if (!found.empty()) return found;
  }
  throw UserError(fmt::format("{} {}: {}", option, text,
                              study.conditions.empty() ? "this study has no conditions" : allowed_names(study, text)));
}

}  // namespace stillpoint
