#include "experiments/runs/run_warnings.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "experiments/options/message.hpp"
#include "experiments/results/condition_label.hpp"
#include "experiments/results/result_file.hpp"

namespace stillpoint {

void RunWarnings::unmatched(const RunJob& job, const Match& match) {
  if (match.matched) return;
  add("control not matched", job,
      fmt::format("{} could not be matched: {:.3g} /s, the TCR network has {:.3g} /s", match.property, match.achieved,
                  match.target));
}

void RunWarnings::stability(const RunJob& job, const LearningCurve& curve) {
  const double dt = job.options->number("integration.dt_ms");
  double bound = std::numeric_limits<double>::infinity();
  for (const double each : curve.stability_bound_ms) bound = std::fmin(bound, each);
  if (dt <= bound) return;
  add("past the stability bound of the synapse", job,
      fmt::format("integration.dt_ms = {} is past the stability bound of the synapse, {:.3g} ms; at most {:.2g} ms is "
                  "free of chatter",
                  dt, bound, bound / 2));
}

void RunWarnings::set_point(const RunJob& job) {
  if (job.options->text("schedule.shape") != "controlled") return;
  const auto speed = read_run_of_study(job.path).record.controlled_speed;
  if (!speed || speed->held()) return;
  add("set point missed", job,
      fmt::format("set point missed: V = {:.3g} /s in the last tenth of the updates, schedule.speed = {:g}",
                  speed->reached, speed->set_point));
}

void RunWarnings::not_kept(const RunJob& job, const std::string& problem) {
  add("not kept", job, problem + "; training goes on");
}

void RunWarnings::add(const std::string& kind, const RunJob& job, const std::string& what) {
  const std::lock_guard<std::mutex> held(mutex_);
  const auto label = numbered_label(job.condition, *job.varied);
  auto& [labels, runs] = kinds_[kind];
  if (runs.empty()) tell(fmt::format("warning: {}, seed {}: {}", label, job.seed, what));
  labels[job.condition] = label;
  runs[job.condition].insert(job.path);
}

void RunWarnings::print_counts(const std::string& runs) const {
  const std::lock_guard<std::mutex> held(mutex_);
  for (const auto& [kind, conditions] : kinds_) {
    std::size_t all = 0;
    std::string each;
    for (const auto& [condition, files] : conditions.runs) {
      all += files.size();
      each += fmt::format("{}{} ({})", each.empty() ? "" : "; ", conditions.labels.at(condition), files.size());
    }
    if (all > 1) tell(fmt::format("warning: {}: {} {} of these conditions: {}", kind, all, runs, each));
  }
}

}  // namespace stillpoint
