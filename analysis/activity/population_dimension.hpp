// How many dimensions the activity of a recorded population fills: the participation ratio of its covariance
// (analysis/paths/dimension.hpp), of single trials and of what trials of a condition share.
//
// It grows with the number of neurons and with their private noise (of spikes in short bins it is near N): compare
// recordings of the same number of neurons in the same bins.
#pragma once

#include <optional>

#include "analysis/activity/session.hpp"
#include "analysis/paths/dimension.hpp"

namespace stillpoint {

/// Of single trials, noise included, over time and trials: every trial is a run of dimension_of. Bias of order 1 / trials.
/// Throws ParameterError "window" for fewer than one bin, "trials" for fewer than five.
DimensionEstimate population_dimension(const Session& session, const Window& window);

/// Of the means of conditions over time, without the noise of trials: with means x^A .. x^D over four disjoint quarters of
/// each condition's trials, S_AB = cov(x^A, x^B) over time and conditions,
///
///   (tr S)^2 / tr S^2  ~  sum tr S_AB tr S_CD / sum tr S_AB S_CD'
///
/// sums over `splits` random splits (of one fixed stream), each with its three pairings. Absent where a sum is not
/// positive, as where conditions differ by less than the noise. Throws ParameterError "window" for fewer than two bins,
/// "trials" where no condition has four; conditions of fewer are left out.
std::optional<double> signal_dimension(const Session& session, const Window& window, int splits = 20);

}  // namespace stillpoint
