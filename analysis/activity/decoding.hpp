// Cross-temporal decoding (King & Dehaene 2014, doi:10.1016/j.tics.2014.01.002; Murray et al. 2017,
// doi:10.1073/pnas.1619449114): the condition of a trial, read from activity at t' by a decoder that learned it at t.
//
// The decoder is linear discriminant analysis with equal priors, x goes to the condition k of the largest
// m_k' S^-1 x - m_k' S^-1 m_k / 2, S the covariance within conditions, shrunk towards a multiple of the identity by the
// share that Ledoit & Wolf 2004 estimate (doi:10.1016/S0047-259X(03)00096-4): few trials and many neurons are no fault.
// At each time the mean over conditions (of the trials learned from) is taken out, so that activity that rises or falls
// in all conditions alike neither helps nor harms. Trials are tested that were not learned from: the k-th of each
// condition is in part k modulo `folds`.
#pragma once

#include <optional>

#include "analysis/activity/session.hpp"

namespace stillpoint {

struct CrossTemporalDecoding {
  Matrix<double> accuracy;  // time learned at x time tested at; mean over conditions of the share found
  double chance;            // 1 / conditions
  double diagonal;          // mean of the diagonal: also the ceiling, what held-out trials reach at the time learned at
  double off_diagonal;      // mean where |t - t'| >= lag_ms
  /// (off_diagonal - chance) / (diagonal - chance): 1 a stable code, 0 one that turned by a right angle. Absent where
  /// the diagonal is not above chance: one-sided binomial test at .05 of as many trials found as the mean of the
  /// diagonal says; conservative, since a mean over time varies less than one time (1 of 300 under chance).
  std::optional<double> stability;
};
/// Bias: few trials decode less (d' = 2, where the best is .841, 12 neurons: .665, .769, .808, .834 from 5, 10, 25, 100
/// trials of a condition; 60 neurons: .603, .649, .741, .807). Stability saturates with accuracy: of patterns whose
/// mean correlation is .53 it is .57 at d' = 2, .70 at 4, .90 at 8 (coding_stability.hpp has .53 at all of them).
/// Labels without meaning are decoded at chance (.501 to .502 +- .005 from 3 to 10 trials of 30 neurons); labels
/// permuted among few trials a little below (.490 +- .006 of 12), as they are drawn without replacement. Throws
/// ParameterError "lag_ms" where it is not above 0, "window" where no two bins are lag_ms apart, "folds" below 2,
/// "trials" for fewer than two conditions of three trials; conditions of fewer are left out.
CrossTemporalDecoding cross_temporal_decoding(const Session& session, const Window& window, double lag_ms,
                                              Index folds = 10);

struct DecodingAccuracy {
  double accuracy, chance;  // of held-out trials, mean over conditions
  bool above_chance;        // one-sided binomial test at .05
};
/// Of the sum over the window's bins. Throws as above.
DecodingAccuracy decoding_accuracy(const Session& session, const Window& window, Index folds = 10);

}  // namespace stillpoint
