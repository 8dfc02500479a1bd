// How long the activity of single neurons remembers itself: the autocorrelation across trials (Murray et al. 2014,
// doi:10.1038/nn.3862), within conditions.
//
// With d_nk(i) neuron n in bin i of trial k, the mean over the trials of its condition subtracted,
//
//   R(lag) = sum_n sum_i C_n(i, i + lag) / sum_n sum_i sqrt(C_n(i, i) C_n(i + lag, i + lag))
//   C_n(i, j) = sum_k d_nk(i) d_nk(j)
//
// the mean of the correlations over pairs of bins and neurons, each weighted by its standard deviations: silent neurons
// have no weight, and a ratio of sums has no bias from bins with few spikes. No trial's own mean is subtracted: that
// would pull R down at all lags. Trials that are alone in their condition are left out. Of spike counts R is smaller
// than of rates at all lags, by the share of the variance that is each bin's own; tau is not.
#pragma once

#include <optional>
#include <vector>

#include "analysis/activity/session.hpp"

namespace stillpoint {

struct IntrinsicTimescale {
  Vector<double> lag_ms;           // 1, 2, .. bins, all that the window holds
  Vector<double> autocorrelation;  // at these lags; empty where nothing varies across trials
  /// Of the curves below. All absent where no decay is in the window.
  std::optional<double> tau_ms;
  std::optional<double> second_tau_ms;  // the longer of two
  double amplitude = 0;                 // A
  double offset = 0;                    // B
  double share = 1;                     // c: of the amplitude with tau_ms
  double first_lag_ms = 0;              // where the fit begins
  double at(double lag_ms) const;       // the curve; where there is a tau
  /// The same curve without a tenth of each condition's trials, tenth by tenth, as a jackknife takes it; empty where no
  /// lag could be fitted.
  struct Without {
    Vector<double> autocorrelation;
    std::optional<double> tau_ms, second_tau_ms;
  };
  std::vector<Without> without;
};

/// Least squares, each lag weighted by its pairs of bins, of
///
///   A (exp(-lag / tau) + B)   or   A (c exp(-lag / tau) + (1 - c) exp(-lag / second_tau) + B),   A > 0, 0 < c < 1
///
/// from the lag at which R first falls on (shorter ones are bent by refractoriness; Murray et al. 2014). Errors of
/// neighbouring lags are alike, which criteria that count lags take for evidence; so trials decide: a curve must
/// predict R of trials held out, a tenth at a time, better than the simpler one (a constant, then one timescale), by a
/// one-sided t test over the tenths at 5 %. No decay is in the window where one timescale does not, or tau is nearest
/// at the longest lag, or below a quarter of a bin; of two, the second is 1.5 times the first at least.
///
/// Bias. Autocorrelations about a trial's own mean give timescales that are too short, the more so the shorter the
/// trial (Zeraati et al. 2022, doi:10.1038/s43588-022-00214-3). About the mean of trials little of that is left while
/// the window holds tau twice: spikes at 40 Hz whose rates are Ornstein-Uhlenbeck processes of 100, 200, 400 ms
/// (coefficient of variation .35; 30 neurons, 100 trials, 20 bins of 50 ms) give 100, 201, 410 ms in the mean, with
/// standard deviations of 10, 22, 59. The estimate is of where there is one: of such rates (50 trials) at 1000 ms it is
/// absent in 4 of 5 (tau beyond the longest lag) and 840 ms in the rest. It is of a population: of 20 neurons at 8 Hz
/// (.5) in 50 trials it is absent in 4 to 10 % and has a standard deviation of 45 %, 38 %, 40 %; of one such neuron in
/// 200 trials it is absent in 4 of 5. One timescale is taken for two in 2 to 3 %, none (Poisson spikes) for one in 0 of
/// 400; 40 and 400 ms in windows of 2 s are told apart in 49 of 50, with the longer 437 in the mean.
///
/// Throws ParameterError "window" for fewer than 8 bins, "trials" where no condition has two.
IntrinsicTimescale intrinsic_timescale(const Session& session, const Window& window);

/// R at the number of bins nearest to `lag_ms`; absent where nothing varies across trials. Unbiased but for a term of
/// order 1 / trials. Throws ParameterError "lag_ms" where that is no bin, or beyond the window.
std::optional<double> autocorrelation_at(const Session& session, const Window& window, double lag_ms);

}  // namespace stillpoint
