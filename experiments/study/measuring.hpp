// Runs of a study measured on a pool of threads, where what is kept of earlier times is not measured again.
#pragma once

#include <fmt/format.h>

#include <mutex>
#include <vector>

#include "experiments/options/message.hpp"
#include "experiments/runs/progress.hpp"
#include "experiments/runs/threads.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

/// threads: 0 is one per processor. found(job): whether it was kept, and is taken from there. measure(job) comes from
/// several threads, and so does keep(job), which may throw UserError: of a study that may only be read, one warning.
/// measure(job) says whether there is anything to keep.
template <class Job, class Found, class Measure, class Keep>
void measure_runs(const std::vector<Job>& jobs, int threads, bool quiet, Found&& found, Measure&& measure,
                  Keep&& keep) {
  std::vector<Job> to_do;
  for (const auto& job : jobs)
    if (!found(job)) to_do.push_back(job);
  Progress progress(to_do.size(), to_do.size(), quiet);
  std::once_flag not_kept;
  for_each_on_threads(threads, to_do, [&](const Job& job) {
    if (measure(job)) try {
        keep(job);
      } catch (const UserError& problem) {
        std::call_once(not_kept,
                       [&] { tell(fmt::format("warning: {}; what was measured is not kept", problem.what())); });
      }
    progress.run_finished(1);
  });
}

}  // namespace stillpoint
