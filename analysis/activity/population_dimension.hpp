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

/// Of single trials, noise included, over time and trials: every trial is a run of dimension_of. Bias of order 1 /
/// trials, upwards: 19.51, 19.39, 19.36 of 19.30 from 8, 16, 32 trials of 10 bins, where the sample covariance has
/// 15.5, 17.2, 18.2. Throws ParameterError "window" where the session does not hold it, "trials" for fewer than five.
DimensionEstimate population_dimension(const Session& session, const Window& window);

/// Of the means of conditions over time, without the noise of trials: with means x^A .. x^D over four disjoint quarters
/// of each condition's trials, S_AB = cov(x^A, x^B) over time and conditions,
///
///   (tr S)^2 / tr S^2  ~  sum tr S_AB tr S_CD / sum tr S_AB S_CD
///
/// sums over `splits` random splits (of one fixed stream), each with its three pairings (a cross-validated covariance,
/// as Stringer et al. 2019, doi:10.1038/s41586-019-1346-5, have of its diagonal). Traces are without bias, their ratio
/// has one of the order of its relative variance: 3.53 +- .07 of 3.6 where noise has 27 times the variance of the
/// signal, 20 trials. Absent where a sum is not above 0. Throws ParameterError "window" for fewer than two bins,
/// "trials" where no condition has four; conditions of fewer are left out.
std::optional<double> signal_dimension(const Session& session, const Window& window, int splits = 20);

}  // namespace stillpoint
