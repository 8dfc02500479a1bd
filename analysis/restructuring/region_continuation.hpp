// Continuation within linear regions: fixed points of networks with relu as a function of s.
#pragma once

#include "analysis/restructuring/continuation.hpp"

namespace stillpoint {

/// As continue_fixed_point, for paths whose systems are piecewise linear. `branch`: its start is in it.
void continue_by_regions(const NetworkPath& path, const ContinuationSetting& setting, const KnownSpectra& known,
                         FixedPointBranch& branch);

}  // namespace stillpoint
