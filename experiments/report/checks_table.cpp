#include "experiments/report/checks_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "experiments/report/text_table.hpp"

namespace stillpoint {

namespace {

/// "a / b": the values that a property takes, each once.
std::string values_of(const std::vector<ConditionChecks>& conditions,
                      const std::function<std::string(const ConditionChecks&)>& property) {
  std::vector<std::string> values;
  for (const auto& condition : conditions)
    if (condition.steps > 0)
      if (const auto value = property(condition); std::find(values.begin(), values.end(), value) == values.end())
        values.push_back(value);
  return fmt::format("{}", fmt::join(values, " / "));
}

std::string header(const std::vector<ConditionChecks>& conditions) {
  const auto option = [&](const char* name) {
    return values_of(conditions, [=](const auto& condition) {
      return condition.options.knows(name) ? condition.options.text(name) : std::string("-");
    });
  };
  const auto steps = values_of(conditions, [](const auto& condition) { return std::to_string(condition.steps); });
  const bool replaced =
      std::any_of(conditions.begin(), conditions.end(), [](const auto& condition) { return condition.input_replaced; });
  return fmt::format(
      "network {}, N = {}, {}, gain {}; synapse {}; {}, dt = {} ms, double\ntask {}, T = {}{}, B = {}\n\n",
      option("network.kind"), option("network.size"), option("network.nonlinearity"), option("network.gain"),
      option("synapse.kind"), option("integration.method"), option("integration.dt_ms"), option("task.name"), steps,
      replaced ? " (the end of a trial, where it has no input: N(0, 1) in its place)" : "", ConditionChecks::batch);
}

}  // namespace

std::string checks_table(const std::vector<ConditionChecks>& conditions) {
  Rows rows = {{"rule", "condition", "checked against", "error", "bound", "", ""}};
  std::size_t passed = 0, failed = 0, left_out = 0;
  bool varied = false;
  for (const auto& condition : conditions)
    for (const auto& check : condition.checks) {
      const auto verdict = check.verdict();
      ++(verdict == RuleCheck::Verdict::ok ? passed : verdict == RuleCheck::Verdict::failed ? failed : left_out);
      const bool made = verdict != RuleCheck::Verdict::not_checked;
      rows.push_back({check.rule, condition.condition, check.against, made ? fmt::format("{:.2g}", check.error) : "-",
                      made ? fmt::format("{:g}", check.bound) : "-",
                      !made                                   ? "not checked"
                      : verdict == RuleCheck::Verdict::failed ? "FAILED"
                                                              : "ok",
                      check.note});
      varied |= !condition.condition.empty();
    }
  if (!varied)
    for (auto& row : rows) row.erase(row.begin() + 1);
  return header(conditions) + aligned(rows, rows.front().size()) +
         fmt::format("\n{} ok, {} failed, {} not checked\n", passed, failed, left_out);
}

}  // namespace stillpoint
