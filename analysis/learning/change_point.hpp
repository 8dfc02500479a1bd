// Change-points of the mean of one or several series in autoregressive noise, by optimal partitioning.
//
// Series j within a segment has the mean mu_j and noise n(t) = rho_j n(t-1) + e(t), e ~ N(0, sigma_j^2); rho and sigma
// are the same in all segments. A partition is judged by
//
//   sum_j M log RSS_j + penalty * changes,   RSS_j = sum over segments of sum (z(t) - mean of z)^2,   z(t) = y(t) - rho
//   y(t-1)
//
// minimised over partition, rho and sigma together: z is prewhitened, so the penalty is not inflated. The one z of each
// change that straddles two segments is left out of the sum, so that segments are independent. M: number of z. Without
// autoregression z = y.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/learning/autoregression.hpp"
#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

struct ChangePointSetting {
  /// Chance of finding any change in series that have none; sets the penalty.
  double false_positive_rate = 0.05;
  std::optional<double> penalty = {};  // instead, in units of -2 log likelihood
  Index shortest = 3;                  // samples of a segment, 3 or more; 1 or more without autoregression
  bool autoregressive = true;
};

struct Segmentation {
  std::vector<Index> changes;  // first sample of each segment but the first, increasing; empty: no change found
  Matrix<double> levels;       // series x segments
  Vector<double> rho, sigma;   // per series; sigma of the innovations e
  double penalty = 0;          // per change, as used
};

/// The penalty at which series without a change are cut with probability `false_positive_rate` at most: the union over
/// all partitions of the chance that one of them gains as much, its gain being chi-squared (with Bartlett's factor for
/// the unknown sigma). Each change has 2 degrees of freedom per series, 1 without autoregression. Exact in that sense
/// for a known rho; that rho is estimated is not in it.
double change_point_penalty(Index series, Index samples, const ChangePointSetting& setting);

/// Minimises sum_j weight_j RSS_j + penalty * changes exactly, at given rho: PELT (Killick, Fearnhead & Eckley 2012,
/// doi:10.1080/01621459.2012.737745), pruned only where segments of at least `shortest` allow it. values: series x
/// samples. Returns the first sample of each segment but the first.
std::vector<Index> optimal_partition(const Matrix<double>& values, const Vector<double>& rho,
                                     const Vector<double>& weight, double penalty, const ChangePointSetting& setting);

/// values: series x samples. The joint minimum is sought by alternating optimal_partition and least squares from
/// several rho. Throws UserError for values that are not finite, fewer than 2 * shortest + 2 samples and settings out
/// of range.
Segmentation find_change_points(const Matrix<double>& values, const ChangePointSetting& setting = {});

/// Interval of the position of each change [samples], by bootstrap of the innovations: series are made from levels,
/// rho and resampled innovations, and each change is sought again between its neighbours (Huskova & Kirch 2008,
/// doi:10.1111/j.1467-9892.2008.00589.x). Of the position only: that the change exists is taken for granted.
std::vector<IntervalEstimate> change_point_intervals(const Matrix<double>& values, const Segmentation& found,
                                                     std::uint64_t seed, Index resamples = 500, double level = 0.95,
                                                     const ChangePointSetting& setting = {});

}  // namespace stillpoint
