// A long call that tells how far it is.
#pragma once

#include <mutex>
#include <optional>

#include "experiments/runs/progress.hpp"
#include "python/bindings/long_call.hpp"

namespace stillpoint::python {

/// f(), after which see(what, done, runs, share) has been called, on this thread, as often as there was something new.
template <class F>
void watched_call(const nanobind::callable& see, F&& f) {
  std::mutex mutex;
  std::optional<ProgressSeen> seen;
  const auto show = [&] {
    std::optional<ProgressSeen> now;
    {
      const std::lock_guard<std::mutex> held(mutex);
      now.swap(seen);
    }
    if (now) see(now->what, now->done, now->runs, now->share);
  };
  long_call(
      [&] {
        const ProgressWatch watch([&](const ProgressSeen& now) {
          const std::lock_guard<std::mutex> held(mutex);
          seen = now;
        });
        f();
      },
      show);
  show();
}

}  // namespace stillpoint::python
