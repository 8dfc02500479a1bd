// Learning curves, and what a figure draws of one: few enough numbers that those of a large study are in memory together.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace stillpoint {

/// One entry per update (speed V in 1/s).
struct RunCurve {
  std::vector<double> update, loss, accuracy, speed;
};

/// The accuracy of a run, or its loss where the accuracy never changed, in bins of a power of two of updates: the bins
/// of a longer curve are made of those of a shorter one.
struct ThinCurve {
  static constexpr long most_bins = 128;
  long updates = 0;  // to the end of the curve
  double least_accuracy = std::numeric_limits<double>::infinity();
  double greatest_accuracy = -std::numeric_limits<double>::infinity();  // of those that are finite
  long bin = 1;                                                         // updates
  std::vector<double> sum;           // of the finite values in each bin, to the last bin that has one
  std::vector<std::uint32_t> count;  // of them

  bool accuracy_changed() const { return least_accuracy < greatest_accuracy; }
};

/// The smallest power of two of which ThinCurve::most_bins hold so many updates.
long bin_of(long updates);

ThinCurve thinned(const RunCurve& curve);

/// Means of the accuracy, or of the loss, in bins of `bin` updates, a power of two that is not below the curve's own; NaN
/// in one without a finite value; to the last one that has some. Of a run whose accuracy never changed there is the loss
/// alone: as its accuracy that one value stands wherever the loss is finite.
std::vector<double> bin_means(const ThinCurve& curve, bool of_accuracy, long bin);

}  // namespace stillpoint
