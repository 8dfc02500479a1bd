#include "experiments/results/records.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

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
  return ControlledSpeed{std::strtod(options.at("schedule.speed").c_str(), nullptr), sum / finite};
}

bool StudyRecord::has_runs() const {
  return std::any_of(conditions.begin(), conditions.end(),
                     [](const Condition& condition) { return !condition.runs.empty(); });
}

}  // namespace stillpoint
