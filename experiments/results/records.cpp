#include "experiments/results/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stillpoint {

std::optional<double> RunRecord::own_cosine() const {
  const auto name = options->find("rule.name");
  if (name == options->end() || alignment.empty()) return std::nullopt;
  if (name->second == "bptt") return 1;
  for (const auto& each : alignment)
    if (each.rule == name->second) return each.cosine;
  return std::nullopt;
}

bool ControlledSpeed::held() const { return std::abs(reached - set_point) <= 0.05 * set_point; }

std::map<ProgramFacts, long> StudyRecord::programs() const {
  std::map<ProgramFacts, long> runs;
  for (const auto& condition : conditions)
    for (const auto& run : condition.runs) ++runs[*run.program];
  return runs;
}

long Condition::planned() const {
  auto seeds = completion.planned;
  seeds.insert(completion.running.begin(), completion.running.end());
  seeds.insert(completion.kept.begin(), completion.kept.end());
  for (const auto& run : runs) seeds.insert(run.seed);
  return static_cast<long>(seeds.size());
}

long Condition::running() const {
  auto seeds = completion.running;
  for (const auto& run : runs) seeds.erase(run.seed);
  return static_cast<long>(seeds.size());
}

long Condition::unmatched() const {
  return std::count_if(runs.begin(), runs.end(), [](const RunRecord& run) { return run.unmatched; });
}

std::string Condition::tag() const {
  return directory == 0 ? fmt::format("#{}", number) : fmt::format("#{}.{}", directory, number);
}

bool StudyRecord::finished() const {
  return std::all_of(conditions.begin(), conditions.end(),
                     [](const Condition& condition) { return condition.done() == condition.planned(); });
}

bool StudyRecord::has_runs() const {
  return std::any_of(conditions.begin(), conditions.end(),
                     [](const Condition& condition) { return !condition.runs.empty(); });
}

}  // namespace stillpoint
