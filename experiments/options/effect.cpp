#include "experiments/options/effect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/options/known_options.hpp"
#include "plasticity/rule.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

/// An option that counts only where another one has one of these values, or is a number above one.
struct Need {
  const char *option, *other;
  std::vector<std::string> values;
  double above = 0;
};

const std::vector<Need>& needs() {
  static const std::vector<std::string> ending = {"linear", "exponential", "cosine", "pulse"},
                                        controlled = {"controlled"}, adam = {"adam"};
  static const std::vector<Need> all = {
      {"tcr.lambda", "tcr.form", {"loss", "local", "instantaneous"}},
      {"schedule.from", "schedule.shape", ending},
      {"schedule.until", "schedule.shape", ending},
      {"schedule.final", "schedule.shape", ending},
      {"schedule.speed", "schedule.shape", controlled},
      {"schedule.proportional", "schedule.shape", controlled},
      {"schedule.integral", "schedule.shape", controlled},
      {"optimizer.momentum", "optimizer.name", {"momentum"}},
      {"optimizer.beta1", "optimizer.name", adam},
      {"optimizer.beta2", "optimizer.name", adam},
      {"optimizer.epsilon", "optimizer.name", adam},
      {"rule.feedback_decay", "rule.feedback", {"kolen_pollack"}},
      {"integration.tolerance", "integration.method", {"dopri5"}},
      {"synapse.chunk", "synapse.form", {"auto", "chunked"}},
      {"noise.drive_tau_ms", "noise.drive", {}, 0},
      {"network.density_between", "network.modules", {}, 1},
      {"task.distractor_probability", "task.distractors", {}, 0},
      {"task.distractor_ms", "task.distractors", {}, 0},
  };
  return all;
}

std::string lacking_component(const std::string& option, const Options& options) {
  const auto those = components_with(option);
  if (those.empty()) return "needs a task, rule, network or synapse that has it";
  std::vector<std::string> components;
  for (const auto& each : those) components.push_back(each.component);
  const bool added = those.front().choice == "rule.name" && rule_kind(components.front()).can_be_added();
  const auto choice = added ? "rule.add" : those.front().choice;
  return fmt::format("needs {} = {}, is {}", choice, fmt::join(components, " or "), options.text(choice));
}

/// A task is graded by one of two criteria.
std::string lacking_criterion(CriterionKind wanted, const Options& options) {
  const auto task = task_kind(options.text("task.name")).make(options, options.number("integration.dt_ms"));
  if (task->criterion() == wanted) return "";
  return fmt::format("needs a task graded by {}, is {}",
                     wanted == CriterionKind::accuracy ? "accuracy" : "mean squared error", options.text("task.name"));
}

/// A network of network.start is taken as it is, but for these.
bool decided_by_start(const std::string& option) {
  const auto own = {"network.kind", "network.size", "network.feedback", "network.initial_state"};
  return option.rfind("network.", 0) == 0 && option.rfind("network.start", 0) != 0 &&
         std::find(own.begin(), own.end(), option) == own.end();
}

}  // namespace

std::string lacking_beside(const std::string& option,
                           const std::function<std::optional<std::string>(const std::string&)>& value_of) {
  for (const auto& [name, other, values, above] : needs()) {
    if (option != name) continue;
    const auto found = value_of(other);
    if (!found) continue;
    const bool there =
        values.empty() ? std::stod(*found) > above : std::find(values.begin(), values.end(), *found) != values.end();
    if (there) continue;
    return values.empty() ? fmt::format("needs {} > {}, is {}", other, above, *found)
                          : fmt::format("needs {} = {}, is {}", other, fmt::join(values, " or "), *found);
  }
  return "";
}

std::string lacking_for(const std::string& option, const Options& options) {
  if (!options.knows(option)) return lacking_component(option, options);
  const bool long_term = options.text("tcr.form") != "none";
  if (option.rfind("schedule.", 0) == 0 && !long_term && options.text("synapse.kind") != "tcr")
    return "needs temporal consistency: tcr.form or synapse.kind = tcr, both are none";
  const auto lacking = lacking_beside(option, [&](const std::string& name) { return options.text(name); });
  if (!lacking.empty()) return lacking;
  const auto& rule = rule_kind(options.text("rule.name"));
  if (option.rfind("optimizer.", 0) == 0 && rule.own_readout && rule.emits != Emits::gradient && !long_term)
    return fmt::format("needs a rule that leaves a gradient to the optimizer, is {}", rule.name);
  if (option == "training.criterion") return lacking_criterion(CriterionKind::accuracy, options);
  if (option == "training.criterion_mse") return lacking_criterion(CriterionKind::mean_squared_error, options);
  if (decided_by_start(option) && options.text("network.start") != "none")
    return fmt::format("needs network.start = none, is {}, whose network is taken as it is",
                       options.text("network.start"));
  return "";
}

void refuse_without_effect(const Assignments& given, const Options& options) {
  for (const auto& [name, value] : given)
    if (const auto lacking = lacking_for(name, options); !lacking.empty())
      throw ParameterError(name, value, "has no effect: " + lacking + "; remove it, or set that");
}

}  // namespace stillpoint
