// What the runs of a study share while they are trained: what is said once, and whether to go on.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <limits>
#include <mutex>

#include "experiments/options/message.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/runs/run_job.hpp"

namespace stillpoint {

/// Warns once per study when a synapse's step is past its stability bound.
class StabilityWarning {
 public:
  void look(const RunJob& job, const LearningCurve& curve) {
    const double dt = job.options->number("integration.dt_ms");
    double bound = std::numeric_limits<double>::infinity();
    for (const double each : curve.stability_bound_ms) bound = std::fmin(bound, each);
    if (dt <= bound) return;
    std::call_once(once_, [&] {
      tell(
          fmt::format("warning: integration.dt_ms = {} is past the stability bound of the synapse, {:.3g} ms in {}; at "
                      "most {:.2g} ms "
                      "is free of chatter",
                      dt, bound, std::filesystem::path(job.path).filename().string(), bound / 2));
    });
  }

 private:
  std::once_flag once_;
};

/// Says once per study, at its end, that a controlled schedule did not hold the population speed.
class SetPointWarning {
 public:
  void look(const RunJob& job) {
    if (job.options->text("schedule.shape") != "controlled") return;
    const auto speed = read_run_of_study(job.path).controlled_speed();
    if (!speed || speed->held()) return;
    const std::lock_guard<std::mutex> held(mutex_);
    if (missed_++ == 0)
      example_ = fmt::format("V = {:.3g} /s in the last tenth of the updates of {}, schedule.speed = {:g}",
                             speed->reached, std::filesystem::path(job.path).filename().string(), speed->set_point);
  }
  void print() const {
    if (missed_ > 0) tell(fmt::format("warning: set point missed in {} of the new runs: {}", missed_, example_));
  }

 private:
  std::mutex mutex_;
  long missed_ = 0;
  std::string example_;
};

/// Says its first line, and no other.
class OneLine {
 public:
  void say(const std::string& line) {
    std::call_once(once_, [&] { tell("warning: " + line); });
  }

 private:
  std::once_flag once_;
};

struct AllRuns {
  StabilityWarning stability;
  SetPointWarning set_point;
  OneLine not_kept;
  std::atomic<bool> given_up{false};  // one failed in a way that others would: they are kept and stop
};

}  // namespace stillpoint
