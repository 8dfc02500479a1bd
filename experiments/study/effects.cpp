#include "experiments/study/effects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "experiments/options/durations.hpp"
#include "experiments/options/effect.hpp"
#include "experiments/results/condition_label.hpp"
#include "experiments/results/result_file.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

/// Conditions are numbered as their files are.
std::string named(const Study& study, std::size_t condition) {
  return fmt::format("#{} {}", condition, condition_label(study.points[condition].varied));
}

/// The conditions in which an option has no effect, and what the first of them lacks.
struct Idle {
  std::vector<std::size_t> conditions;
  std::string lacking;
  bool same_everywhere = true;
};

Idle idle_in(const Study& study, const std::string& option) {
  Idle idle;
  for (std::size_t i = 0; i < study.points.size(); ++i) {
    const auto& [varied, options, candidates] = study.points[i];
    const auto lacking = lacking_for(option, options);
    const bool tuned = std::any_of(candidates.begin(), candidates.end(), [&](const auto& candidate) {
      return candidate.left_out.empty() && lacking_for(option, candidate.options).empty();
    });
    if (lacking.empty() || tuned) continue;
    if (idle.conditions.empty()) idle.lacking = lacking;
    idle.same_everywhere = idle.same_everywhere && lacking == idle.lacking;
    idle.conditions.push_back(i);
  }
  return idle;
}

/// Options that the study sets, as they are written there, and their values.
Assignments set_by(const Study& study) {
  Assignments all;
  for (const auto& axis : study.axes) all.emplace_back(axis.option, fmt::format("{}", fmt::join(axis.values, " ")));
  for (const auto& entry : study.base) all.push_back(entry);
  return all;
}

/// Whether a condition of the study file, were it run as it is, would use the option. One that cannot be made uses none.
bool used_by_file(const Study& file, const std::string& option) {
  std::size_t count = 1;
  for (const auto& axis : file.axes) count *= axis.values.size();
  for (std::size_t index = 0; index < count; ++index) {
    auto all = file.base;
    for (const auto& [name, value] : combination(file.axes, index)) assign(all, name, value);
    try {
      if (lacking_for(option, resolve_options(all, Unused::ignored)).empty()) return true;
    } catch (const UserError&) {
      continue;
    }
  }
  return false;
}

/// Every value that counts, one after the other.
std::string what_counts(const Options& options) {
  std::string text;
  for (const auto& [name, value] : as_written(options)) {
    const bool sets_others = name == "study.arm" || name == "task.difficulty";
    const bool of_the_task = name.rfind("training.criterion", 0) == 0;  // of equal tasks the same one counts
    if (!sets_others && (of_the_task || lacking_for(name, options).empty())) text += name + " = " + value + "\n";
  }
  return text;
}

void refuse_equal_conditions(const Study& study) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; study.points.size() > 1 && i < study.points.size(); ++i) {
    const auto [first, is_new] = seen.emplace(what_counts(study.points[i].options), i);
    if (is_new) continue;
    const auto &one = study.points[first->second], &other = study.points[i];
    // An axis that has an effect elsewhere leaves equal conditions where it has none: they are listed.
    bool idle = false;
    for (std::size_t axis = 0; axis < one.varied.size(); ++axis)
      if (one.varied[axis] != other.varied[axis])
        idle = idle || !lacking_for(one.varied[axis].first, one.options).empty() ||
               !lacking_for(other.varied[axis].first, other.options).empty();
    if (!idle)
      throw UserError(
          fmt::format("grid: conditions {} and {} are the same: all that has an effect in them is equal; "
                      "remove one",
                      named(study, first->second), named(study, i)));
  }
}

/// Lines of the task and the step, once for conditions that share them.
std::vector<std::string> remarks_on_times(const Study& study) {
  std::map<std::string, Index> steps;
  std::set<std::string> said;
  std::vector<std::string> lines;
  for (const auto& point : study.points) {
    const auto& options = point.options;
    std::string of_task;
    for (const auto& [name, entry] : options.entries())
      if (name.rfind("task.", 0) == 0 || name == "integration.dt_ms") of_task += entry.value + "\n";
    auto [known, is_new] = steps.emplace(of_task, 0);
    if (is_new)
      known->second = task_kind(options.text("task.name"))
                          .make(options, options.number("integration.dt_ms"))
                          ->draw({study.first_seed, 0}, 0)
                          .steps;
    for (const auto& all : {rounded_durations(options), implausible_times(options, known->second)})
      for (const auto& line : all)
        if (said.insert(line).second) lines.push_back(line);
  }
  return lines;
}

}  // namespace

Assignments combination(const std::vector<Study::Axis>& axes, std::size_t index) {
  Assignments values;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    values.insert(values.begin(), {axis->option, axis->values[index % axis->values.size()]});
    index /= axis->values.size();
  }
  return values;
}

void refuse_without_effect(const Study& study, const Study& file, const std::vector<std::string>& set) {
  const auto refuse = [&](const std::string& option, const std::string& shown, const std::string& value) {
    const auto idle = idle_in(study, option);
    if (idle.conditions.size() < study.points.size()) return;
    const bool by_hand =
        std::any_of(set.begin(), set.end(), [&](const auto& key) { return key == shown || key == option; });
    if (!by_hand && used_by_file(file, option)) return;
    throw ParameterError(shown, value,
                         fmt::format("has no effect: {} in {}; remove it, or set that", idle.lacking,
                                     idle.same_everywhere ? "every condition" : named(study, 0)));
  };
  for (const auto& [option, value] : study.base) refuse(option, option, value);
  for (const auto& axis : study.axes)
    refuse(axis.option, "grid." + axis.option, fmt::format("{}", fmt::join(axis.values, " ")));
  for (const auto& axis : study.tune)
    if (axis.option != "rate")
      refuse(axis.option, "tune." + axis.option, fmt::format("{}", fmt::join(axis.values, " ")));
  refuse_equal_conditions(study);
}

std::vector<std::string> remarks_on(const Study& study) {
  constexpr std::size_t most_named = 8;
  std::map<std::vector<std::size_t>, std::pair<std::vector<std::string>, std::string>> idle;
  for (const auto& [option, value] : set_by(study)) {
    auto found = idle_in(study, option);
    if (found.conditions.empty()) continue;
    auto& [options, lacking] = idle[found.conditions];
    options.push_back(option);
    lacking = found.lacking;
  }
  std::vector<std::string> lines;
  for (const auto& [conditions, those] : idle) {
    const auto& [options, lacking] = those;
    std::vector<std::string> names;
    for (const auto condition : conditions)
      if (names.size() < most_named) names.push_back(named(study, condition));
    if (conditions.size() > most_named) names.push_back(fmt::format("{} more", conditions.size() - most_named));
    lines.push_back(fmt::format("{} {} no effect in {} of {} conditions: {} ({})", fmt::join(options, ", "),
                                options.size() == 1 ? "has" : "have", conditions.size(), study.points.size(),
                                fmt::join(names, "; "), lacking));
  }
  for (auto& line : remarks_on_times(study)) lines.push_back(std::move(line));
  return lines;
}

}  // namespace stillpoint
