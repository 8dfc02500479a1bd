// How much of what tells conditions apart at one time does so at another, by the split-half ceiling: without a decoder, and
// without the noise that lowers decoding off the diagonal more than on it.
//
//   G(t, t') = sum_c <d_c^A(t), d_c^B(t')>,    d_c = x_c - mean over conditions, x^A, x^B means over disjoint halves of trials
//   stability = mean of G(t, t') where |t - t'| >= lag, over the mean of the ceiling (G(t, t) + G(t', t')) / 2 there
//
// the likeness of coding at t and t' over what two halves of the trials reach at one time (Spearman 1904; as Murray et
// al. 2017, doi:10.1073/pnas.1619449114, compare coding over time). Means over all splits (split_halves.hpp).
#pragma once

#include <optional>

#include "analysis/activity/session.hpp"

namespace stillpoint {

struct CodingStability {
  Matrix<double> products;  // G, symmetric [square of the session's unit]; without bias
  std::optional<double>
      stability;  // 1: one pattern throughout, 0: orthogonal ones; absent where the ceiling is not > 0
};
/// Throws ParameterError "window" where no two bins are lag_ms apart, "trials" for fewer than two conditions of two trials;
/// conditions of one trial are left out.
CodingStability coding_stability(const Session& session, const Window& window, double lag_ms);

}  // namespace stillpoint
