// Runs of a study measured on a pool of threads, where what is kept of earlier times is not measured again.
#pragma once

#include <fmt/format.h>

#include <mutex>
#include <vector>

#include "experiments/options/message.hpp"
#include "experiments/runs/machine.hpp"
#include "experiments/runs/progress.hpp"
#include "experiments/runs/threads.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

/// threads: 0 is one per processor; all but `found` are called from several. found(job): whether it was kept, and is
/// taken from there. measure(job) may throw UserError, as of a network that is not finite: refused(job, problem), and
/// nothing is kept. keep(job) may, of a study that may only be read: one warning says so.
/// jobs_are: what progress counts.
template <class Job, class Found, class Measure, class Refused, class Keep>
void measure_runs(const std::vector<Job>& jobs, int threads, bool quiet, Found&& found, Measure&& measure,
                  Refused&& refused, Keep&& keep, const char* jobs_are = "runs") {
  std::vector<Job> to_do;
  for (const auto& job : jobs)
    if (!found(job)) to_do.push_back(job);
  const int at_a_time = threads > 0 ? threads : usable_processors();
  Progress progress(pieces_of_work(to_do.size()), at_a_time, jobs_are, quiet);
  std::once_flag not_kept;
  const auto measure_and_keep = [&](const Job& job) {
    try {
      measure(job);
    } catch (const UserError& problem) {
      refused(job, problem);
      return;
    }
    try {
      keep(job);
    } catch (const UserError& problem) {
      std::call_once(not_kept,
                     [&] { tell(fmt::format("warning: {}; what was measured is not kept", problem.what())); });
    }
  };
  for_each_on_threads(at_a_time, to_do, [&](const Job& job) {
    const PieceOfWork shown(progress, static_cast<std::size_t>(&job - to_do.data()));
    measure_and_keep(job);
  });
}

}  // namespace stillpoint
