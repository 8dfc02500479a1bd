#include "experiments/results/thin_curve.hpp"

#include <algorithm>
#include <cmath>

namespace stillpoint {

long bin_of(long updates) {
  long bin = 1;
  while (bin * ThinCurve::most_bins < updates) bin *= 2;
  return bin;
}

ThinCurve thinned(const RunCurve& curve) {
  ThinCurve thin;
  if (!curve.update.empty()) thin.updates = static_cast<long>(curve.update.back()) + 1;
  for (const double value : curve.accuracy)
    if (std::isfinite(value)) {
      thin.least_accuracy = std::min(thin.least_accuracy, value);
      thin.greatest_accuracy = std::max(thin.greatest_accuracy, value);
    }
  thin.bin = bin_of(thin.updates);
  const auto& values = thin.accuracy_changed() ? curve.accuracy : curve.loss;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (!std::isfinite(values[k])) continue;
    const auto bin = static_cast<std::size_t>(static_cast<long>(curve.update[k]) / thin.bin);
    thin.sum.resize(std::max(thin.sum.size(), bin + 1), 0);
    thin.count.resize(thin.sum.size(), 0);
    thin.sum[bin] += values[k];
    ++thin.count[bin];
  }
  return thin;
}

std::vector<double> bin_means(const ThinCurve& curve, bool of_accuracy, long bin) {
  const auto together = static_cast<std::size_t>(bin / curve.bin);
  std::vector<double> means;
  for (std::size_t first = 0; first < curve.sum.size(); first += together) {
    double sum = 0, count = 0;
    for (std::size_t k = first; k < std::min(first + together, curve.sum.size()); ++k) {
      sum += curve.sum[k];
      count += curve.count[k];
    }
    const bool constant = of_accuracy && !curve.accuracy_changed() && count > 0;
    means.push_back(constant ? curve.greatest_accuracy : sum / count);
  }
  return means;
}

}  // namespace stillpoint
