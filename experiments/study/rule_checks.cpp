#include "experiments/study/rule_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/results/condition_label.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "sim/random.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

constexpr long small_network = 16;
constexpr Index few_steps = 20;

ConditionChecks check_condition(const Options& options, std::uint64_t seed, const RuleChecksRequest& request) {
  ConditionChecks result;
  result.options = options;
  const auto integration = make_integration(options);
  const auto task = task_kind(options.text("task.name")).make(options, integration.dt_ms);
  auto trials = task->draw({seed, 0}, ConditionChecks::batch);
  if (!request.full) {
    trials = last_steps(trials, few_steps);
    // W_in counts only where there is input.
    result.input_replaced = trials.inputs.isZero(0);
    if (result.input_replaced) Stream(seed, Purpose::trial, 0, ConditionChecks::batch).fill_normal(trials.inputs);
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
    if (std::find(names.begin(), name, *name) == name)
      result.checks.push_back(check_rule(rule_kind(*name).model(options), problem));
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

int exit_code(const std::vector<ConditionChecks>& conditions) {
  return std::any_of(conditions.begin(), conditions.end(),
                     [](const auto& condition) { return exit_code(condition.checks) != 0; });
}

}  // namespace stillpoint
