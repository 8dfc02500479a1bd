#include "experiments/study/rule_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "experiments/report/cells.hpp"
#include "experiments/report/text_table.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "sim/random.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

constexpr long small_network = 16;
constexpr Index few_steps = 20, batch = 4;

ConditionChecks check_condition(const Options& options, std::uint64_t seed, const RuleChecksRequest& request) {
  ConditionChecks result;
  result.options = options;
  const auto integration = make_integration(options);
  const auto task = task_kind(options.text("task.name")).make(options, integration.dt_ms);
  auto trials = task->draw({seed, 0}, batch);
  if (!request.full) {
    trials = last_steps(trials, few_steps);
    // W_in counts only where there is input.
    result.input_replaced = trials.inputs.isZero(0);
    if (result.input_replaced) Stream(seed, Purpose::trial, 0, batch).fill_normal(trials.inputs);
  }
  require_parameter(trials.mask.sum() > 0, "task", options.text("task.name"),
                 fmt::format("grades none of its last {} steps: --full", few_steps));
  result.steps = trials.steps;
  const CheckProblem problem{options,      make_network(options, task->inputs(), task->outputs(), seed),
                             integration,  make_noise(options),
                             trials,       seed,
                             request.draws};
  auto names = other_rules(options);
  names.insert(names.begin(), options.text("rule.name"));
  for (auto name = names.begin(); name != names.end(); ++name)
    if (std::find(names.begin(), name, *name) == name) result.checks.push_back(check_rule(rule_kind(*name), problem));
  const auto& form = options.text("tcr.form");
  if (form == "local" || form == "instantaneous") result.checks.push_back(check_temporal_consistency(problem));
  return result;
}

std::vector<ConditionChecks> check_study(const Study& study, const RuleChecksRequest& request) {
  std::vector<ConditionChecks> all;
  for (const auto& point : study.points) {
    all.push_back(check_condition(point.options, study.first_seed, request));
    Varied varied;  // the rule has a column of its own
    for (const auto& entry : point.varied)
      if (entry.first != "rule.name") varied.push_back(entry);
    if (!varied.empty()) all.back().condition = condition_label(varied);
  }
  return all;
}

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
      replaced ? " (the end of a trial, where it has no input: N(0, 1) in its place)" : "", batch);
}

}  // namespace

TrialSet<double> last_steps(const TrialSet<double>& trials, Index steps) {
  auto last =
      TrialSet<double>::zeros(trials.inputs.rows(), trials.targets.rows(), std::min(steps, trials.steps), trials.batch);
  last.condition = trials.condition;
  last.tolerance = trials.tolerance;
  for (Index b = 0; b < trials.batch; ++b) {
    const Index length = trials.length[static_cast<std::size_t>(b)], kept = std::min(steps, length);
    last.length[static_cast<std::size_t>(b)] = kept;
    for (Index t = 0; t < kept; ++t) {
      const Index from = trials.column(length - kept + t, b), to = last.column(t, b);
      last.inputs.col(to) = trials.inputs.col(from);
      last.targets.col(to) = trials.targets.col(from);
      last.mask.col(to) = trials.mask.col(from);
    }
  }
  return last;
}

std::vector<ConditionChecks> check_rules(const RuleChecksRequest& request) {
  auto study = request.study;
  if (!request.full) study.largest_network = small_network;
  if (!request.rule.empty()) study.set.push_back("rule.name=" + rule_kind(request.rule).name);
  if (!study.path.empty()) return check_study(read_study(study), request);

  auto only = request.rule;
  for (const auto& entry : study.set)
    if (entry.rfind("rule.name=", 0) == 0) only = rule_kind(entry.substr(10)).name;
  std::vector<ConditionChecks> all;
  std::string first_refusal;
  bool any = false;
  const auto shown = [&](const std::string& condition, const std::string& rule) {
    return std::any_of(all.begin(), all.end(), [&](const auto& earlier) {
      return earlier.condition == condition && std::any_of(earlier.checks.begin(), earlier.checks.end(),
                                                           [&](const auto& check) { return check.rule == rule; });
    });
  };
  for (const auto& kind : rule_kinds()) {
    if (!only.empty() && kind.name != only) continue;
    auto own = study;
    own.set.push_back("rule.name=" + kind.name);
    std::string network;
    if (kind.needs_feedback_weights) {
      own.set.insert(own.set.begin(), {"network.kind=leaky_current", "network.feedback=uniform"});
      network = "fed back";
    }
    try {
      for (auto& checked : check_study(read_study(own), request)) {
        if (checked.condition.empty()) checked.condition = network;
        // What stands beside every rule is shown once.
        auto& checks = checked.checks;
        checks.erase(std::remove_if(checks.begin(), checks.end(),
                                    [&](const auto& check) { return shown(checked.condition, check.rule); }),
                     checks.end());
        all.push_back(std::move(checked));
      }
      any = true;
    } catch (const UserError& problem) {
      if (first_refusal.empty()) first_refusal = problem.what();
      RuleCheck refused{kind.name, "refused", 0, 0, problem.what()};
      refused.made = false;
      all.push_back({network, {}, 0, false, {refused}});
    }
  }
  if (!any) throw UserError(first_refusal);
  return all;
}

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

int exit_code(const std::vector<ConditionChecks>& conditions) {
  return std::any_of(conditions.begin(), conditions.end(),
                     [](const auto& condition) { return exit_code(condition.checks) != 0; });
}

}  // namespace stillpoint
