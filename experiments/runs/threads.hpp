// Jobs on a pool of threads, in any order.
#pragma once

#include <tbb/global_control.h>
#include <tbb/parallel_for_each.h>
#include <tbb/task_arena.h>

#include "experiments/runs/machine.hpp"

namespace stillpoint {

/// threads: 0 is one per processor that this process may use.
template <class Jobs, class Action>
void for_each_on_threads(int threads, const Jobs& jobs, Action&& action) {
  if (threads <= 0) threads = usable_processors();
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute([&] { tbb::parallel_for_each(jobs, action); });
}

}  // namespace stillpoint
