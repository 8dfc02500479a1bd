#include "experiments/options/run_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/options/arms.hpp"
#include "experiments/options/start_file.hpp"
#include "plasticity/trainer.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

void assign(Assignments& assignments, const std::string& name, const std::string& value) {
  for (auto& [key, old] : assignments)
    if (key == name) {
      old = value;
      return;
    }
  assignments.emplace_back(name, value);
}

const std::string* find_assignment(const Assignments& assignments, const std::string& name) {
  for (const auto& [key, value] : assignments)
    if (key == name) return &value;
  return nullptr;
}

namespace {
/// Chooses a preset of the task; "paper" is its defaults.
Option difficulty_option() {
  return choice_option("task.difficulty", "paper", {"easy", "paper", "hard"},
                       "preset of the task's options (stillpoint list tasks); what is given explicitly wins");
}
}  // namespace

std::vector<Option> component_options() {
  return {task_name_option(), difficulty_option(), rule_name_option(), synapse_kind_option()};
}

namespace {

void append(std::vector<Option>& to, const std::vector<Option>& more) { to.insert(to.end(), more.begin(), more.end()); }

/// Options that every run has, whatever its components.
std::vector<Option> core_options() {
  std::vector<Option> all;
  for (const auto& part :
       {arm_options(), network_options(), integration_options(), training_options(), optimizer_list().options(),
        learner_options(), temporal_consistency_list().options(), schedule_list().options()})
    append(all, part);
  append(all, component_options());
  return all;
}

/// An option of a component that a run may have one of: "rule.name = node_perturbation".
struct ComponentOption {
  std::string component;
  Option option;
};
std::vector<ComponentOption> components_with(const std::string& name) {
  std::vector<ComponentOption> found;
  const auto look = [&](const char* choice, const auto& kinds) {
    for (const auto& kind : kinds)
      for (const auto& option : kind.options)
        if (option.name == name) found.push_back({fmt::format("{} = {}", choice, kind.name), option});
  };
  look("task.name", task_kinds());
  look("rule.name", rule_kinds());
  look("network.kind", network_kinds());
  look("synapse.kind", synapse_kinds());
  return found;
}

/// Throws where no component that has the option would take the value: it is a mistake even if nothing uses it.
void check_elsewhere(const std::string& name, const std::string& value) {
  const auto those = components_with(name);
  const auto takes = [&](const ComponentOption& each) {
    try {
      each.option.check(value);
      return true;
    } catch (const ParameterError&) {
      return false;
    }
  };
  if (!those.empty() && std::none_of(those.begin(), those.end(), takes)) those.front().option.check(value);
}

[[noreturn]] void refuse_unknown(const std::string& name, const Options& options) {
  if (const auto those = components_with(name); !those.empty()) {
    const auto choice = those.front().component.substr(0, those.front().component.find(' '));
    std::vector<std::string> components;
    for (const auto& each : those) components.push_back(each.component);
    throw UserError(fmt::format("{}: not used with {} = {}, but with {}", name, choice, options.text(choice),
                                fmt::join(components, ", ")));
  }
  const auto section = name.substr(0, name.find('.'));
  std::vector<std::string> same_section, sections;
  for (const auto& [known, entry] : options.entries()) {
    const auto of = known.substr(0, known.find('.'));
    if (of == section) same_section.push_back(known);
    if (of != "study" && (sections.empty() || sections.back() != of)) sections.push_back(of);
  }
  if (same_section.empty())
    throw UserError(fmt::format("{}: unknown section [{}]; sections are study, grid, quick, tune, {}", name, section,
                                fmt::join(sections, ", ")));
  throw UserError(fmt::format("{}: unknown option; known here: {}", name, fmt::join(same_section, ", ")));
}

}  // namespace

Options resolve_options(const Assignments& assignments, const std::vector<std::string>& known_elsewhere) {
  Options options;
  options.declare(core_options());
  const auto* arm_name = find_assignment(assignments, "study.arm");
  Assignments all = assignments;
  for (const auto& [name, value] : arm(arm_name ? *arm_name : "as_given").preset) {
    const auto* given = find_assignment(assignments, name);
    require_parameter(!given || *given == value, name, given ? *given : "",
                      fmt::format("contradicts study.arm = {}, which sets {}", *arm_name, value));
    assign(all, name, value);
  }
  for (const auto& [name, value] : said_by_start(all)) assign(all, name, value);
  for (const char* choice : {"network.kind", "task.name", "task.difficulty", "rule.name", "rule.add", "shadow.rules",
                             "synapse.kind", "control.match"})
    if (const auto* value = find_assignment(all, choice)) options.set(choice, *value);
  options.declare(network_kind(options.text("network.kind")).options);
  const auto& task = task_kind(options.text("task.name"));
  options.declare(task.options);
  for (const auto& [name, value] : preset(task, options.text("task.difficulty"))) options.set(name, value);
  options.declare(rule_kind(options.text("rule.name")).options);
  for (const auto& name : other_rules(options)) options.declare(rule_kind(name).options);
  options.declare(synapse_kind(options.text("synapse.kind")).options);
  if (options.text("control.match") != "none")
    options.declare(synapse_kind("tcr").options);  // the network that is matched
  for (const auto& [name, value] : all) {
    if (options.knows(name)) {
      options.set(name, value);
      continue;
    }
    if (std::find(known_elsewhere.begin(), known_elsewhere.end(), name) == known_elsewhere.end())
      refuse_unknown(name, options);
    check_elsewhere(name, value);
  }
  end_with_training(options);
  return options;
}

}  // namespace stillpoint
