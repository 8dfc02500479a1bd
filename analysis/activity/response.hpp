// Responses to a stimulus: differences between stimulated and control trials of the same neurons, and ratios of them.
//
// A response is the mean over stimulated trials minus the mean over control trials, condition by condition, conditions
// weighted by their stimulated trials (a condition needs two trials of either kind to count). A ratio is one of means
// over cells and trials, never a mean of ratios, which noise in the denominator makes too large (Kim & Alger 2001,
// doi:10.1523/JNEUROSCI.21-24-09608.2001). Responses keep their sign: to turn each cell's response upright by itself
// would make a response of noise.
//
// Every ratio is absent where Student's 95 % interval, over trials, of its denominator holds 0. Its standard error over
// trials, by the delta method, is written to `standard_error` where one is given: Student's intervals from it, on the
// trials of both kinds less two, cover in 93.7 to 95.5 % of 2000 simulations with 10 and 25 trials of either kind.
// Stimulated trials that share noise with their controls are taken for independent: for them it is too large.
//
// Responses are in the unit of the sessions, times in ms from the event that trials are aligned to. Throws
// ParameterError "window" for times that a session does not hold, "trials" where no condition has two trials of either
// kind, "cells" where there are none, "neurons" or "bin_ms" where sessions differ in them.
#pragma once

#include <optional>
#include <vector>

#include "analysis/activity/contrast.hpp"

namespace stillpoint {

/// Two recordings of the same neurons in different trials; both must outlive it.
struct ResponseSessions {
  const Session& stimulated;
  const Session& control;
  std::vector<Index> cells;  // whose mean is the population's: those that were stimulated
};

/// A step of current; responses are means over `width_ms`.
struct Step {
  double onset_ms, offset_ms;
  double width_ms = 100;
};

/// Mean response of every neuron (not of `cells` alone) in a window. Unbiased.
Vector<double> mean_response(const ResponseSessions& recorded, const Window& window);
/// Mean response over cells, with its error over trials. Unbiased.
MeanWithError population_response(const ResponseSessions& recorded, const Window& window);

/// Membrane times up to which creep is told from the membrane's own charging [ms].
constexpr double slowest_membrane_ms = 200;

/// Late over early response to a step: the last `width_ms` of it, over the `width_ms` that begin three membrane time
/// constants after its onset (as measured). A membrane has charged to 95 % by then: alone it makes 1 / (1 - exp(-3) (1
/// - exp(-w)) / w) of it, w = width_ms / membrane_ms, at most 1.05. Absent beyond slowest_membrane_ms. Throws
/// ParameterError "window" where the two would overlap.
///
/// Bias: too large by the squared relative error of the early response, as ratios are (by 1.6 %, 4 % where that error
/// is .11, .21: 1000 simulations with Poisson spikes), until at a third of it recordings begin to be left out, those
/// where it came out small: then it is too small (by 15 % where half of them are), and intervals cover less, 89 %
/// instead of 95.
std::optional<double> creep_index(const ResponseSessions& recorded, const Step& step, double membrane_ms,
                                  double* standard_error = nullptr);

/// Response `after_ms` after the offset (width_ms about that time, which makes an exponential of time constant tau
/// larger by sinh(w) / w, w = width_ms / 2 tau) over the last width_ms of the step. Throws ParameterError "after_ms"
/// below half of width_ms.
std::optional<double> residual_after_offset(const ResponseSessions& recorded, const Step& step, double after_ms,
                                            double* standard_error = nullptr);

/// Time after the offset from which on the response stays within `share` of its size at the offset (the last width_ms
/// of the step), until `until_ms` [ms after the offset], bin by bin. Censored: `until_ms` itself where it is outside in
/// the last bin. Absent where the interval of the size holds 0. What noise alone does to one of all bins in 1 % of
/// recordings is not outside: where this is more than `share` of the size, a ratio q, an exponential settles at tau ln
/// 1/q in the place of tau ln 1/share, and the time is absent where q is above a half: take longer bins.
///
/// Bias: as that says. Exponentials of 60 and 200 ms, which settle at 138 and 461 ms, in 20 cells and 30 trials of
/// Poisson spikes, bins of 50 ms: 141 and 471 where a bin's error is .02 of the size, 126 and 399 at .04, 83 and 272 at
/// .08, and mostly absent at .16.
std::optional<double> settling_ms(const ResponseSessions& recorded, const Step& step, double until_ms,
                                  double share = 0.1);

/// Largest response of the opposite sign between the offset and `until_ms` after it, over the size before the offset
/// (the last width_ms of the step), both as means over width_ms. Where it is largest is read from every other trial,
/// how large from the rest, and the other way round, so that noise makes no rebound: 0 in the mean where there is none,
/// or just negative where the response has not settled. A narrow rebound comes out too small, as a peak does.
std::optional<double> rebound(const ResponseSessions& recorded, const Step& step, double until_ms);

/// Largest response within a window, in the direction of the mean response there, as means over `width_ms`; found in
/// every other trial and read from the rest, and the other way round: noise makes it no larger, but smaller where the
/// peak is narrow against `width_ms` or hidden in noise: by 2 % for a response that creeps up for 1 s, where an error
/// is a tenth of it, by 5 % at a fifth.
double peak_response(const ResponseSessions& recorded, const Window& window, double width_ms);

/// Peak of the response to a step over that to a slow ramp to the same current; absent where the interval of the mean
/// response to the ramp holds 0.
std::optional<double> step_ramp_ratio(const ResponseSessions& step, const Window& step_window,
                                      const ResponseSessions& ramp, const Window& ramp_window, double width_ms);

/// Response to two pulses over the sum of the responses to each alone, in one window: below 1 sub-additive. All four
/// sessions hold the same neurons.
std::optional<double> additivity(const Session& both, const Session& first, const Session& second,
                                 const Session& control, const std::vector<Index>& cells, const Window& window,
                                 double* standard_error = nullptr);

/// Response to the second of two pulses over that to the first, what is left of the first taken away: (pair - single)
/// in the second's window over (single - control) in the first's.
std::optional<double> paired_pulse_ratio(const Session& pair, const Session& single, const Session& control,
                                         const std::vector<Index>& cells, const Window& first, const Window& second,
                                         double* standard_error = nullptr);

/// Response to the last pulse of a train over that to the first, one window per pulse, against control trials: what is
/// left of earlier pulses is part of it. Throws ParameterError "pulses" for fewer than two.
std::optional<double> train_ratio(const ResponseSessions& train, const std::vector<Window>& pulses,
                                  double* standard_error = nullptr);

}  // namespace stillpoint
