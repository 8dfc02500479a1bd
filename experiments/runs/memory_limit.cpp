#include "experiments/runs/memory_limit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "experiments/options/durations.hpp"
#include "experiments/options/message.hpp"
#include "experiments/runs/machine.hpp"
#include "experiments/runs/run_memory.hpp"

namespace stillpoint {

namespace {

/// An option that memory grows with, as a number: of trials, checkpoints, neurons, updates.
struct Lever {
  std::string option;
  double least, now;
  std::function<std::string(double)> text;  // the option's value
};

std::vector<Lever> levers_of(const Options& options) {
  const auto plain = [](double value) { return fmt::format("{:.0f}", value); };
  const auto now = [&](const char* option) { return static_cast<double>(options.integer(option)); };
  const double updates = now("training.updates");
  std::vector<Lever> levers = {{"training.batch", 1, now("training.batch"), plain}};
  if (options.text("training.checkpoints").rfind("every ", 0) == 0)
    levers.push_back({"training.checkpoints", 1, checkpoint_count(options), [=](double checkpoints) {
                        return fmt::format("every {:.0f}", std::ceil(updates / checkpoints));
                      }});
  if (options.text("network.start") == "none") levers.push_back({"network.size", 1, now("network.size"), plain});
  levers.push_back({"training.updates", 1, updates, plain});
  return levers;
}

double with(const Options& options, const Task& task, const Lever& lever, double value) {
  auto changed = options;
  changed.set(lever.option, lever.text(value));
  return run_memory(changed, task);
}

/// Two digits, downwards.
double rounded_down(double value) {
  const double unit = std::pow(10, std::max(0.0, std::floor(std::log10(value)) - 1));
  return std::floor(value / unit) * unit;
}

double largest_that_fits(const Options& options, const Task& task, const Lever& lever, double available) {
  double fits = lever.least, too_large = lever.now;
  while (too_large - fits > 1 && too_large > 1.01 * fits) {
    const double middle = std::floor(std::sqrt(fits * too_large));
    if (middle <= fits) break;
    (with(options, task, lever, middle) <= available ? fits : too_large) = middle;
  }
  return rounded_down(fits);
}

}  // namespace

void require_memory(const Options& options, const Task& task, double available) {
  const double needed = run_memory(options, task);
  if (needed <= available) return;
  const auto why =
      fmt::format("a run needs about {} of memory, {} is available", memory_text(needed), memory_text(available));
  if (const Index steps = task.draw({1, 0}, 0).steps; steps > most_plausible_steps)
    throw TooLarge("integration.dt_ms", options.text("integration.dt_ms"),
                   fmt::format("a trial is {} steps; {}; are all times in ms?", steps, why));
  const auto levers = levers_of(options);
  const Lever* best = nullptr;
  double least = needed;
  for (const auto& lever : levers) {
    const double remains = with(options, task, lever, lever.least);
    if (best && remains >= least) continue;
    best = &lever;
    least = remains;
    if (remains <= available && remains < needed / 2) break;  // most of it follows this one
  }
  const auto advice =
      least <= available
          ? fmt::format("{} would fit", best->text(largest_that_fits(options, task, *best, available)))
          : "no value of it alone would fit: lower network.size and training.batch, or raise integration.dt_ms";
  throw TooLarge(best->option, options.text(best->option), why + "; " + advice);
}

void require_memory(const Options& options, const Task& task) { require_memory(options, task, usable_memory()); }

int runs_at_a_time(int threads, const std::vector<const Options*>& runs) {
  if (threads <= 0) threads = usable_processors();
  std::map<const Options*, double> known;  // all seeds of a condition share their options
  std::vector<double> needed;
  for (const auto* options : runs) {
    auto& bytes = known[options];
    if (bytes == 0) {
      const auto task = task_kind(options->text("task.name")).make(*options, options->number("integration.dt_ms"));
      bytes = run_memory(*options, *task) - program_bytes;
    }
    needed.push_back(bytes);
  }
  std::sort(needed.rbegin(), needed.rend());
  const auto wanted = std::min(static_cast<std::size_t>(threads), needed.size());
  std::size_t fit = 0;
  for (double sum = program_bytes; fit < wanted; ++fit)
    if ((sum += needed[fit]) > usable_memory(static_cast<int>(fit) + 1)) break;
  if (fit >= wanted) return threads;
  fit = std::max<std::size_t>(fit, 1);
  tell(fmt::format("{} {} at a time instead of {}: each needs about {} of {}", fit, fit == 1 ? "run" : "runs", wanted,
                   memory_text(needed.front() + program_bytes), memory_text(usable_memory())));
  return static_cast<int>(fit);
}

}  // namespace stillpoint
