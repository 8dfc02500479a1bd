#include "experiments/results/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/options/option.hpp"

namespace stillpoint {

std::optional<double> RunRecord::own_cosine() const {
  const auto name = options.find("rule.name");
  if (name == options.end() || alignment.empty()) return std::nullopt;
  if (name->second == "bptt") return 1;
  for (const auto& each : alignment)
    if (each.rule == name->second) return each.cosine;
  return std::nullopt;
}

bool ControlledSpeed::held() const { return std::abs(reached - set_point) <= 0.05 * set_point; }

std::optional<ControlledSpeed> RunRecord::controlled_speed() const {
  const auto is = [&](const char* name, const char* value) {
    const auto found = options.find(name);
    return found != options.end() && found->second == value;
  };
  const bool works = !is("tcr.form", "none") || is("synapse.kind", "tcr");
  if (!is("schedule.shape", "controlled") || !works || diverged_at || speed.empty()) return std::nullopt;
  const std::vector<double> last(speed.end() - static_cast<std::ptrdiff_t>((speed.size() + 9) / 10), speed.end());
  double sum = 0, finite = 0;
  for (const double value : last)
    if (std::isfinite(value)) {
      sum += value;
      ++finite;
    }
  const auto speed_option = number_option("schedule.speed", "", "1/s", positive, "");
  return ControlledSpeed{speed_option.value_of(options.at("schedule.speed")), sum / finite};
}

std::map<ProgramFacts, long> StudyRecord::programs() const {
  std::map<ProgramFacts, long> runs;
  for (const auto& condition : conditions)
    for (const auto& run : condition.runs) ++runs[run.program];
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
