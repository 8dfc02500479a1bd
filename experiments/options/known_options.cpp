#include "experiments/options/known_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/options/arms.hpp"
#include "plasticity/trainer.hpp"
#include "sim/options/nearest.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

/// Chooses a preset of the task; "paper" is its defaults.
Option difficulty_option() {
  return choice_option("task.difficulty", "paper", {"easy", "paper", "hard"},
                       "preset of the task's options (stillpoint list tasks); what is given explicitly wins");
}

/// Calls visit(choice, component, option) for each option of each component.
template <class Visit>
void for_each_component_option(const Visit& visit) {
  const auto look = [&](const char* choice, const auto& kinds) {
    for (const auto& kind : kinds)
      for (const auto& option : kind.options) visit(choice, kind.name, option);
  };
  look("task.name", task_kinds());
  look("rule.name", rule_kinds());
  look("network.kind", network_kinds());
  look("synapse.kind", synapse_kinds());
}

[[noreturn]] void refuse_unknown(const std::string& name, const std::vector<Option>& others, const std::string& place) {
  std::vector<std::string> all, same_section, sections = {"study", "grid", "quick", "tune"};
  const auto add = [](std::vector<std::string>& names, const std::string& each) {
    if (std::find(names.begin(), names.end(), each) == names.end()) names.push_back(each);
  };
  for (const auto& options : {core_options(), others})
    for (const auto& option : options) add(all, option.name);
  for_each_component_option([&](auto&&, auto&&, const Option& option) { add(all, option.name); });
  const auto section = name.substr(0, name.find('.'));
  for (const auto& known : all) {
    const auto of = known.substr(0, known.find('.'));
    if (of == section) same_section.push_back(known);
    add(sections, of);
  }
  const auto meant = did_you_mean(name, all);
  if (!same_section.empty())
    throw UserError(
        fmt::format("{}{}: unknown option; known here: {}{}", place, name, fmt::join(same_section, ", "), meant));
  throw UserError(meant.empty() ? fmt::format("{}{}: unknown section [{}]; sections are {}{}", place, name, section,
                                              fmt::join(sections, ", "), did_you_mean(section, sections))
                                : fmt::format("{}{}: unknown option{}", place, name, meant));
}

/// What text of these options may be at best, whatever else a run has.
void check_text(const std::string& name, const std::string& value) {
  constexpr long most_updates = 1000000000;
  try {
    if (name == "training.checkpoints") checkpoint_updates(value, value.rfind("every", 0) == 0 ? 1 : most_updates);
  } catch (const ParameterError&) {
    throw ParameterError(name, value, "must be none, log, every K, or updates, separated by spaces");
  }
  if (name != "shadow.rules") return;
  std::vector<std::string> rules = {"none"};
  for (const auto& kind : rule_kinds()) rules.push_back(kind.name);
  words_option(name, "none", rules, "").check(value);
}

}  // namespace

std::vector<Option> component_options() {
  return {task_name_option(), difficulty_option(), rule_name_option(), synapse_kind_option()};
}

std::vector<Option> core_options() {
  std::vector<Option> all;
  for (const auto& part :
       {arm_options(), network_options(), integration_options(), training_options(), optimizer_list().options(),
        learner_options(), temporal_consistency_list().options(), schedule_list().options(), component_options()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<ComponentOption> components_with(const std::string& name) {
  std::vector<ComponentOption> found;
  for_each_component_option([&](const char* choice, const std::string& component, const Option& option) {
    if (option.name == name) found.push_back({choice, component, option});
  });
  return found;
}

void check_value(const std::string& name, const std::string& value, const std::vector<Option>& others,
                 const std::string& place) {
  check_text(name, value);
  static const auto core = core_options();
  for (const auto& option : core)
    if (option.name == name) return option.check(value);
  const bool is_other = std::any_of(others.begin(), others.end(), [&](const auto& each) { return each.name == name; });
  if (is_other) throw UserError(place + name + ": is the study's own and the same in every condition");
  const auto those = components_with(name);
  if (those.empty()) refuse_unknown(name, others, place);
  const auto takes = [&](const ComponentOption& each) {
    try {
      each.option.check(value);
      return true;
    } catch (const ParameterError&) {
      return false;
    }
  };
  if (std::none_of(those.begin(), those.end(), takes)) those.front().option.check(value);
}

}  // namespace stillpoint
