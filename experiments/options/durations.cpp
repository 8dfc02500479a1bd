#include "experiments/options/durations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/options/effect.hpp"
#include "sim/options/parameter_list.hpp"
#include "tasks/task.hpp"

namespace stillpoint {

namespace {

/// A number or a range, in ms.
Range range_of(const Options::Entry& entry, const Options& options) {
  if (entry.option.kind == Option::Kind::range) return options.range(entry.option.name);
  const double value = options.number(entry.option.name);
  return {value, value};
}

}  // namespace

std::string rounded_text(const std::string& name, const Range& value_ms, double dt_ms) {
  const auto steps = [&](double ms) { return std::round(ms / dt_ms); };
  const auto changed = [&](double ms) { return std::abs(steps(ms) * dt_ms - ms) > 1e-9 * std::abs(ms); };
  if (!changed(value_ms.low) && !changed(value_ms.high)) return "";
  const auto used = [&](double unit) { return range_text({steps(value_ms.low) * unit, steps(value_ms.high) * unit}); };
  return fmt::format("{}{} = {} is {} steps of dt_ms = {}: {} ms", steps(value_ms.high) == 0 ? "warning: " : "", name,
                     range_text(value_ms), used(1), number_text(dt_ms), used(dt_ms));
}

std::vector<std::string> rounded_durations(const Options& options) {
  const auto& task = task_kind(options.text("task.name"));
  std::vector<std::string> lines;
  for (const auto& option : task.options) {
    const auto& exact = task.not_rounded;
    if (option.unit != "ms" || std::find(exact.begin(), exact.end(), option.name) != exact.end()) continue;
    const auto& entry = options.entries().at(option.name);
    if (auto text = rounded_text(option.name, range_of(entry, options), options.number("integration.dt_ms"));
        !text.empty())
      lines.push_back(std::move(text));
  }
  return lines;
}

std::vector<std::string> implausible_times(const Options& options, Index steps) {
  const double dt_ms = options.number("integration.dt_ms");
  std::vector<std::string> lines;
  if (steps > most_plausible_steps)
    lines.push_back(fmt::format("warning: a trial is {} steps of integration.dt_ms = {}; are all times in ms?", steps,
                                number_text(dt_ms)));
  const auto& step = options.entries().at("integration.dt_ms").option;
  for (const auto& [name, entry] : options.entries()) {
    if (entry.option.unit != "ms" || name.find("tau") == std::string::npos) continue;
    const double tau_ms = range_of(entry, options).low;
    const bool meant = entry.value == entry.option.fallback && tau_ms < step.value_of(step.fallback);
    if (dt_ms > tau_ms && !meant && lacking_for(name, options).empty())
      lines.push_back(
          fmt::format("warning: integration.dt_ms = {} is longer than {} = {}", number_text(dt_ms), name, entry.value));
  }
  return lines;
}

}  // namespace stillpoint
