// How far apart two clouds of states are, and how a cloud moves along a line: statistics on plain arrays.
#pragma once

#include <optional>

#include "analysis/statistics/intervals.hpp"

namespace stillpoint {

/// Two clouds along the line through their means. The even columns of both (0, 2, ..) make the line, the odd ones are
/// measured along it, so that no chance direction of few samples in many dimensions counts as separation.
struct Separation {
  Vector<double> axis;  // D, of length 1, from the first cloud's mean to the second's; zeros where the means agree
  double distance = 0;  // of the odd columns' means along it; negative: the other half lies the other way round
  /// distance / sqrt((s1^2 + s2^2)/2), s^2 unbiased, times 1 - 3/(4 f - 1), f = n1 + n2 - 2, which takes the small
  /// samples' bias (Hedges 1981, doi:10.3102/10769986006002107); its interval is that of its large-sample variance
  /// 1/n1 + 1/n2 + d'^2/(2 f). Absent where neither cloud varies along the axis.
  std::optional<IntervalEstimate> d_prime;
};

/// D x n each, n >= 4 (two samples per half). Throws UserError.
Separation separation_of(const Matrix<double>& first, const Matrix<double>& second);

struct Drift {
  IntervalEstimate mean;      // of the displacement per second; Student's t
  IntervalEstimate variance;  // growth of the variance over samples per second: below 0 where samples come together.
      // Jackknife over samples with Student's t (Efron & Stein 1981, doi:10.1214/aos/1176345462)
};

/// Positions of n >= 3 samples before and after `seconds`. Throws UserError.
Drift drift_of(const Vector<double>& before, const Vector<double>& after, double seconds);

}  // namespace stillpoint
