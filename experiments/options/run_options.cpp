#include "experiments/options/run_options.hpp"

#include <fmt/format.h>

#include "experiments/options/arms.hpp"
#include "experiments/options/effect.hpp"
#include "experiments/options/known_options.hpp"
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

/// A high-pass that is matched to a TCR network compares rates over the time that S lasts.
void compare_as_matched(Options& options, const Assignments& given) {
  if (options.text("control.match") == "none" || !options.knows("synapse.tau_h_ms")) return;
  const auto& tau_s_ms = options.text("synapse.tau_s_ms");
  require_parameter(
      !find_assignment(given, "synapse.tau_h_ms") ||
          options.number("synapse.tau_h_ms") == options.number("synapse.tau_s_ms"),
      "synapse.tau_h_ms", options.text("synapse.tau_h_ms"),
      fmt::format("is synapse.tau_s_ms = {} of the TCR network where control.match = speed; remove it", tau_s_ms));
  options.set("synapse.tau_h_ms", tau_s_ms);
}

}  // namespace

Options resolve_options(const Assignments& assignments, Unused unused) {
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
    check_value(name, value);
    if (unused == Unused::refused) refuse_without_effect({{name, value}}, options);
  }
  compare_as_matched(options, all);
  end_with_training(options);
  return options;
}

}  // namespace stillpoint
