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

/// Whether "OPTION=VALUE", or a value alone, is that of the option at a place.
bool is_value(const Varied& varied, std::size_t option, const std::string& text) {
  const auto& [name, value] = varied[option];
  const auto equals = text.find('=');
  const auto before = text.substr(0, equals);
  return value == text || (equals != std::string::npos && (before == name || before == short_names(varied)[option]) &&
                           same_value(text.substr(equals + 1), value));
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

std::string option_named(const StudyRecord& study, const std::string& text) {
  const auto& conditions = study.conditions;
  if (std::any_of(conditions.begin(), conditions.end(), [&](const auto& each) { return is_named(each, text); }))
    return "";
  std::string found;
  for (const auto& condition : conditions)
    for (std::size_t i = 0; i < condition.varied.size(); ++i) {
      const auto& option = condition.varied[i].first;
      if ((found.empty() || option == arm_option) && is_value(condition.varied, i, text)) found = option;
    }
  return found;
}

std::vector<std::size_t> conditions_named(const StudyRecord& study, const std::string& option,
                                          const std::string& text) {
  std::vector<std::size_t> found;
  const auto value_of = option_named(study, text);
  for (std::size_t i = 0; i < study.conditions.size(); ++i) {
    const auto& condition = study.conditions[i];
    bool chosen = value_of.empty() && is_named(condition, text);
    for (std::size_t k = 0; k < condition.varied.size(); ++k)
      chosen = chosen || (condition.varied[k].first == value_of && is_value(condition.varied, k, text));
    if (chosen) found.push_back(i);
  }
  if (!found.empty()) return found;
  throw UserError(fmt::format("{} {}: {}", option, text,
                              study.conditions.empty() ? "this study has no conditions" : allowed_names(study, text)));
}

}  // namespace stillpoint
