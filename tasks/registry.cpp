#include "sim/options/registry.hpp"

#include <fmt/format.h>

#include <cmath>

#include "tasks/task.hpp"

namespace stillpoint {

#define STILLPOINT_TASK(name) TaskKind name##_task();
#include "tasks/tasks.def"
#undef STILLPOINT_TASK

const std::vector<TaskKind>& task_kinds() {
#define STILLPOINT_TASK(name) name##_task(),
  static const std::vector<TaskKind> kinds = {
#include "tasks/tasks.def"
  };
#undef STILLPOINT_TASK
  return kinds;
}

Option task_name_option() {
  return choice_among(task_kinds(), "task.name", "evidence_accumulation", "what the network is asked to do");
}

const TaskKind& task_kind(const std::string& name) { return kind_named(task_kinds(), name, task_name_option); }

Preset preset(const TaskKind& kind, const std::string& difficulty) {
  if (difficulty == "paper") return {};
  require_parameter(!kind.easy.empty() || !kind.hard.empty(), "task.difficulty", difficulty,
                    fmt::format("task {} has no presets; must be paper", kind.name));
  return difficulty == "easy" ? kind.easy : kind.hard;
}

std::string Task::input_name(Index channel) const { return fmt::format("input {}", channel); }

Index steps_of(double duration_ms, double dt_ms, const std::string& name, Index least) {
  constexpr double most_steps = 1e9;
  const double steps = std::round(duration_ms / dt_ms);
  require_parameter(steps >= static_cast<double>(least), name, fmt::format("{} ms", duration_ms),
                    fmt::format("must be at least {} step(s) of integration.dt_ms = {} ms", least, dt_ms));
  require_parameter(
      steps <= most_steps, name, fmt::format("{} ms", duration_ms),
      fmt::format("is {:.3g} steps of integration.dt_ms = {} ms, must be at most {:.0e}", steps, dt_ms, most_steps));
  return static_cast<Index>(steps);
}

}  // namespace stillpoint
