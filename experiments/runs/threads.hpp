// Jobs on a pool of threads, in any order, and the work of one run shared by those that have no other.
#pragma once

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <future>

#include "experiments/runs/machine.hpp"
#include "sim/look_aside.hpp"
#include "sim/parts.hpp"

namespace stillpoint {

/// While one lives, up to `threads` threads do this one's work (sim/parts.hpp), itself among them: those of the pool
/// that have no job of their own at the moment. They touch nothing but this work, and this thread takes no job while it
/// waits for them.
class RunThreads {
 public:
  explicit RunThreads(int threads)
      : arena_(threads), shared_([this](Index parts, const SharedWork::Part& part) {
          std::atomic<Index> done{
              0};  // tells the thread sanitizer, which does not see libtbb wait, what comes after what
          const auto run = [&](Index each) {
            part(each);
            done.fetch_add(1, std::memory_order_release);
          };
          arena_.execute([&] { tbb::parallel_for(Index(0), parts, run, tbb::simple_partitioner()); });
          done.load(std::memory_order_acquire);
        }) {}

 private:
  tbb::task_arena arena_;
  SharedWork shared_;
};

/// threads: 0 is one per processor that this process may use. Where this thread looks aside (sim/look_aside.hpp) it does
/// so while the jobs last. What it throws ends them: stop() is called, and jobs end where they look aside themselves.
template <class Jobs, class Action, class Stop>
void for_each_on_threads(int threads, const Jobs& jobs, Action&& action, Stop&& stop) {
  if (threads <= 0) threads = usable_processors();
  const auto run = [&](const auto& each) {
    // Threads beyond those of jobs are for the work within jobs (RunThreads). This thread takes a job only where it is
    // the one that does: else the last job, on another thread, would have to do without it.
    const int pool = std::max(threads, usable_processors()) + (threads > 1 ? 1 : 0);
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(pool));
    if (threads == 1) {
      for (const auto& job : jobs) each(job);
      return;
    }
    tbb::task_arena arena(threads, 0);
    tbb::task_group group;
    for (const auto& job : jobs) arena.enqueue(group.defer([&] { each(job); }));
    group.wait();
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
