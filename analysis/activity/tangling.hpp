// Trajectory tangling (Russo et al. 2018, doi:10.1016/j.neuron.2018.01.004): whether states that are close go on in
// different directions, which no autonomous smooth flow can have.
//
//   Q(t) = max over t' of |dx_t - dx_t'|^2 / (|x_t - x_t'|^2 + epsilon)         [1/s^2]
//
// x: condition means, each neuron divided by its range plus a softening constant, mean taken out, on their leading
// principal components; dx = (x_t - x_t-dt) / dt; t' goes over all times of all conditions; epsilon is a share of the
// mean of |x|^2.
//
// Noise of condition means feigns it, and much: the difference of two noisy bins is a direction. Of a circle in 40
// neurons of 20 Hz, bins of 20 ms, whose 90th percentile is 10 /s^2, Poisson spikes make 4800, 8600, 12600 from 100,
// 30, 10 trials, and 190, 550, 1300 where 5 bins are averaged. It compares recordings of rates; of spikes only with
// equal numbers of trials and neurons, in equal bins, at equal rates.
#pragma once

#include <optional>

#include "analysis/activity/session.hpp"

namespace stillpoint {

struct TanglingSetting {
  Index components = 8;     // principal components; at most as many as neurons
  double softening_hz = 5;  // added to a neuron's range [Hz]
  double epsilon = 0.1;     // of the mean of |x|^2
  Index smooth_bins = 1;    // bins that activity is averaged over first
};
struct Tangling {
  double percentile_90, median, largest;  // of Q over time and conditions [1/s^2]
  Matrix<double> q;                       // conditions (rising) x times [1/s^2]
};
/// signal: spikes are divided by the bin. Absent where activity does not vary. Throws ParameterError "window" for fewer
/// than smooth_bins + 2 bins, "components", "softening_hz", "epsilon", "smooth_bins" where they are out of bounds.
std::optional<Tangling> tangling(const Session& session, const Window& window, Signal signal,
                                 const TanglingSetting& setting = {});

}  // namespace stillpoint
