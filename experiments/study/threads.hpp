// Jobs on a pool of threads, in any order.
#pragma once

#include <tbb/global_control.h>
#include <tbb/parallel_for_each.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <thread>

namespace stillpoint {

/// asked: 0 is one per processor.
inline std::size_t threads_for(int asked) {
  return asked > 0 ? static_cast<std::size_t>(asked) : std::max(1U, std::thread::hardware_concurrency());
}

template <class Jobs, class Action>
void for_each_on_threads(int asked, const Jobs& jobs, Action&& action) {
  const auto threads = static_cast<int>(threads_for(asked));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute([&] { tbb::parallel_for_each(jobs, action); });
}

}  // namespace stillpoint
