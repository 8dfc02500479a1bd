// What the runs of a study share while they are trained: what they warn of, and whether to go on.
#pragma once

#include <atomic>

#include "experiments/runs/run_warnings.hpp"

namespace stillpoint {

struct AllRuns {
  RunWarnings warnings;
  std::atomic<bool> given_up{false};  // one failed in a way that others would: they are kept and stop
};

}  // namespace stillpoint
