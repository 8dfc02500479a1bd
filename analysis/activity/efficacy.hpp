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
  /// Mean log ratio over targets, each the mean of its connections; absent without any. Intervals: Student's t over
  /// targets, absent for one, or where all are the same.
  std::optional<Estimate> rising, flat, falling;
  /// falling minus rising: over targets that were paired with both, by their differences; where none was, of the means
  /// (Welch 1947, doi:10.1093/biomet/34.1-2.28). Positive where synapses oppose change, 0 where efficacy follows
  /// presynaptic activity alone.
  std::optional<Estimate> contrast;
  Index targets = 0;      // that the contrast stands on
  Index connections = 0;  // that counted, in all three
  Index left_out = 0;     // ratios without a logarithm: a connection lost, or turned in sign
};

/// Of connections whose presynaptic activity was paired with a rising, flat or falling rate of their target. A target
/// counts once, however many of its connections were measured: of nested data the summary of each cluster is as good as
/// a model of both levels where clusters are equal (McNabb & Murayama 2021, doi:10.1016/j.crneur.2021.100024), and the
/// t test of it holds its level, which that over connections does not (Aarts et al. 2014, doi:10.1038/nn.3648).
///
/// Bias: none of the mean log ratio; connections left out take the strongest changes with them, so measure those whose
/// efficacy is well above its error and its change.
EfficacyDependence efficacy_dependence(const std::vector<EfficacyRatio>& rising, const std::vector<EfficacyRatio>& flat,
                                       const std::vector<EfficacyRatio>& falling);

}  // namespace stillpoint
