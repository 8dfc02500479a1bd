// Where a curve steps, at one of its scales: a screen, whose finds analysis/learning/drops judges.
#pragma once

#include <vector>

#include "sim/types.hpp"

namespace stillpoint {

/// Bins averaged on either side of a step, and the fewest that must lie there.
constexpr Index step_width = 6, fewest_beside = 5;
/// Bins that count as the surroundings of a step, on either side.
constexpr Index surroundings = 32;

struct Step {
  Index at;         // from bin `at` to the next
  double contrast;  // mean of the bins after less that of those before, less its median over the 96 bins about
};

struct Steps {
  Vector<double> contrast;  // of every bin to the next; 0 where too few lie beside
  std::vector<Step> falls;  // largest first: least within step_width bins, and out of the ordinary
};

/// Out of the ordinary: below -3 standard deviations, estimated from the 30 % of contrasts nearest to their median (so that
/// many steps do not hide one another), and no more than three times what white noise of the differences between
/// neighbours would make.
Steps find_steps(const Vector<double>& level);

/// First and last bin of the surroundings of a step: as far as the next change of half its contrast, up or down.
struct Stretch {
  Index first, last;
};
Stretch surroundings_of(const Step& step, const Steps& among);

/// Autocorrelation of the noise from bin to bin within stretches, whatever the course there: differences over 8 bins and
/// over 1 have variances as (1 - rho^8) to (1 - rho); their spread is that of the 30 % nearest to their median. Less one
/// standard error of that ratio (3.7 / sqrt(bins) of its logarithm). 0 where no stretch has 16 bins.
double rho_of_differences(const Vector<double>& level, const std::vector<Stretch>& stretches);

}  // namespace stillpoint
