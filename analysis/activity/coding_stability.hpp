// How much of what tells conditions apart at one time does so at another, by the split-half ceiling: without a decoder,
// whose accuracy saturates.
//
//   G(t, t') = sum_c <d_c^A(t), d_c^B(t')>           d_c = x_c - mean over conditions
//   stability = mean of G(t, t') where |t - t'| >= lag, over the mean of the ceiling (G(t, t) + G(t', t')) / 2 there
//
// x^A, x^B: means over two disjoint halves of each condition's trials; the ceiling is what they have in common at one
// time (the correction for attenuation, Spearman 1904; patterns are compared over time in this way by Murray et al.
// 2017, doi:10.1073/pnas.1619449114). Mean over all splits (split_halves.hpp).
#pragma once

#include <optional>

#include "analysis/activity/session.hpp"

namespace stillpoint {

struct CodingStability {
  Matrix<double> products;  // G, symmetric [square of the session's unit]; without bias
  std::optional<double>
      stability;  // 1: one pattern throughout, 0: orthogonal ones; absent where the ceiling is not > 0
};
/// Bias: G has none; their ratio one of the order of the ceiling's relative variance: .52, .54, .53, .53 of .53 (errors
/// .03, .02, .01, .005) from 5, 10, 25, 100 trials of two conditions d' = 2 apart in 12 neurons; in 60 neurons 1.0 +-
/// .2, .61 +- .03, .52, .54: five trials are too few for those. Throws ParameterError "lag_ms" where it is not above 0,
/// "window" where no two bins are lag_ms apart, "trials" for fewer than two conditions of two trials; conditions of one
/// trial are left out.
CodingStability coding_stability(const Session& session, const Window& window, double lag_ms);

}  // namespace stillpoint
