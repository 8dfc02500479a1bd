// Jobs on a pool of threads, in any order.
#pragma once

#include <tbb/global_control.h>
#include <tbb/parallel_for_each.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>

#include "experiments/runs/machine.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

/// threads: 0 is one per processor that this process may use. Where this thread looks aside (sim/look_aside.hpp) it does
/// so while the jobs last. What it throws ends them: stop() is called, and jobs end where they look aside themselves.
template <class Jobs, class Action, class Stop>
void for_each_on_threads(int threads, const Jobs& jobs, Action&& action, Stop&& stop) {
  if (threads <= 0) threads = usable_processors();
  const auto run = [&](const auto& each) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
    tbb::task_arena arena(threads);
    arena.execute([&] { tbb::parallel_for_each(jobs, each); });
  };
  if (!LookAside::here()) return run(action);

  struct Ended {};
  std::atomic<bool> ended{false};
  auto done = std::async(std::launch::async, [&] {
    run([&](const auto& job) {
      const LookAside look([&] {
        if (ended) throw Ended();
      });
      action(job);
    });
  });
  std::exception_ptr thrown;
  while (done.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) {
    if (thrown) continue;
    try {
      look_aside();
    } catch (...) {
      thrown = std::current_exception();
      ended = true;
      stop();
    }
  }
  if (thrown) std::rethrow_exception(thrown);
  done.get();
}
template <class Jobs, class Action>
void for_each_on_threads(int threads, const Jobs& jobs, Action&& action) {
  for_each_on_threads(threads, jobs, action, [] {});
}

}  // namespace stillpoint
