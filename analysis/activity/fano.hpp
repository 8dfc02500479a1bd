// The Fano factor: variance over mean of spike counts across the trials of one condition. Of counts, not of rates: a
// rate has none before spikes are drawn from it.
//
// The mean of s^2 / m over neurons and conditions that fired is 1 for a Poisson process at any rate and any number of
// trials from 2 on: given their sum, counts are multinomial (measured: 1 within .01 at .06 to 7 spikes, 2 to 40
// trials). Of other processes it depends on the window. A renewal process has F -> 1 at mean counts m << 1 and F = CV^2
// + (1 - CV^4) / (6 m) at m >> 1 (gamma intervals); a rate f [Hz] that wanders with variance s^2 [Hz^2] and correlation
// time tau [s] adds 2 s^2 tau (1 - tau / T (1 - exp(-T / tau))) / f in a window T.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/activity/session.hpp"

namespace stillpoint {

/// Moments of one neuron's counts in a window, across the trials of one condition.
struct CountMoments {
  double mean, variance;  // [spikes], [spikes^2]; unbiased
  Index trials;
};
/// Neuron by neuron, condition by condition; conditions of a single trial are left out. counts: spikes per bin. Throws
/// ParameterError "window" where the session does not hold it, "trials" where no condition has two.
std::vector<CountMoments> count_moments(const Session& counts, const Window& window);

/// Mean of variance / mean over neurons and conditions that fired. Absent where none did.
std::optional<double> fano_factor(const std::vector<CountMoments>& moments);
std::optional<double> fano_factor(const Session& counts, const Window& window);

struct MatchedFano {
  double value;  // slope of variance on mean, mean over repeats
  double mean;   // of the counts kept [spikes]
  Index points;  // neurons x conditions kept
};
struct FanoMatching {
  double width = 0.25;      // of the classes in which mean counts are matched [spikes]
  int repeats = 50;         // of discarding
  double weighting_hz = 1;  // below this rate weights rise no further
  std::uint64_t seed = 0;   // of discarding
};
/// Mean-matched Fano factor (Churchland et al. 2010, doi:10.1038/nn.2501, as their Variance Toolbox computes it): of
/// each group (a window, or an arm of a study) points are discarded at random until all groups have the same histogram
/// of mean counts; then the slope of variance on mean, through the origin, by least squares with weights n / (mean +
/// epsilon)^2, as the sampling variance of a variance grows, epsilon the count at `weighting_hz` in window_ms; the mean
/// of that over `repeats`. Absent for all groups where fewer than five points are left, for one where none of its
/// points has spikes. Bias: none found of Poisson counts, 1.000 to 1.006 with errors of .002 to .005 for .06 to 10
/// spikes and 5 to 50 trials. Throws ParameterError "width" or "repeats" where they are not above 0.
std::vector<std::optional<MatchedFano>> mean_matched_fano(const std::vector<std::vector<CountMoments>>& groups,
                                                          double window_ms, const FanoMatching& matching = {});
/// Windows of one session, matched with each other; all must be of one length (ParameterError "window").
std::vector<std::optional<MatchedFano>> mean_matched_fano(const Session& counts, const std::vector<Window>& windows,
                                                          const FanoMatching& matching = {});

}  // namespace stillpoint
