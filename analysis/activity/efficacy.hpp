// Does a connection's efficacy depend on how its target's rate changes?
#pragma once

#include <optional>
#include <vector>

#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

/// Efficacy of one connection after a pairing over its efficacy before.
struct EfficacyRatio {
  Index postsynaptic;  // its target: connections of one target are not independent
  double ratio;
};

struct EfficacyDependence {
  /// Mean log ratio over targets, each the mean of its connections; absent without any.
  std::optional<Estimate> rising, flat, falling;
  /// falling minus rising.
  std::optional<Estimate> contrast;
  Index connections = 0, targets = 0;  // that counted
  Index left_out = 0;                  // connections whose ratio has no logarithm: lost, or turned in sign
};

/// Of connections whose presynaptic activity was paired with a rising, flat or falling rate of their target.
EfficacyDependence efficacy_dependence(const std::vector<EfficacyRatio>& rising, const std::vector<EfficacyRatio>& flat,
                                       const std::vector<EfficacyRatio>& falling);

}  // namespace stillpoint
