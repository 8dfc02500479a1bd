// Every option that some run has: those of all runs, and those of each task, rule, network and synapse.
#pragma once

#include <string>
#include <vector>

#include "sim/options/option.hpp"

namespace stillpoint {

/// The options that choose a run's task, rule and synapse.
std::vector<Option> component_options();

/// Options that every run has, whatever its components.
std::vector<Option> core_options();

/// An option of a component that a run may have one of: "rule.name" and "node_perturbation".
struct ComponentOption {
  std::string choice, component;
  Option option;
};
std::vector<ComponentOption> components_with(const std::string& name);

/// Throws UserError where no run has an option of that name, ParameterError where none that has it would take the
/// value: a mistake even if nothing uses it. `others` are known as well; `place` stands before the name in the study
/// file.
void check_value(const std::string& name, const std::string& value, const std::vector<Option>& others = {},
                 const std::string& place = "");

}  // namespace stillpoint
