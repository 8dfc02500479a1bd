#include "analysis/activity/efficacy.hpp"

#include <cmath>
#include <map>

namespace stillpoint {

namespace {

/// Mean of values, its squared error and that error's degrees of freedom.
struct Mean {
  double value, squared_error, degrees;
};
Mean mean_and_error(const std::vector<double>& values) {
  // A copy: sums over memory that starts anywhere would depend on where.
  const Vector<double> x = Eigen::Map<const Vector<double>>(values.data(), static_cast<Index>(values.size()));
  const double n = static_cast<double>(x.size());
  return {x.mean(), n > 1 ? (x.array() - x.mean()).square().sum() / (n * (n - 1)) : 0, n - 1};
}

Estimate with_interval(const Mean& mean) {
  if (!(mean.squared_error > 0)) return {mean.value};
  const auto interval = student_interval(mean.value, std::sqrt(mean.squared_error), mean.degrees);
  return {mean.value, Interval{interval.low, interval.high}};
}

std::vector<double> values_of(const std::map<Index, double>& by_target) {
  std::vector<double> values;
  for (const auto& [target, value] : by_target) values.push_back(value);
  return values;
}

}  // namespace

EfficacyDependence efficacy_dependence(const std::vector<EfficacyRatio>& rising, const std::vector<EfficacyRatio>& flat,
                                       const std::vector<EfficacyRatio>& falling) {
  EfficacyDependence result;
  /// Mean log ratio of each target
  const auto by_target = [&](const std::vector<EfficacyRatio>& ratios) {
    std::map<Index, std::pair<double, double>> sums;
    for (const auto& [target, ratio] : ratios) {
      if (!(ratio > 0) || !std::isfinite(ratio)) {
        ++result.left_out;
        continue;
      }
      ++result.connections;
      sums[target].first += std::log(ratio);
      ++sums[target].second;
    }
    std::map<Index, double> means;
    for (const auto& [target, sum] : sums) means[target] = sum.first / sum.second;
    return means;
  };
  const auto estimate = [](const std::map<Index, double>& means) {
    return means.empty() ? std::nullopt : std::optional(with_interval(mean_and_error(values_of(means))));
  };
  const auto up = by_target(rising), level = by_target(flat), down = by_target(falling);
  result.rising = estimate(up);
  result.flat = estimate(level);
  result.falling = estimate(down);

  std::vector<double> differences;
  for (const auto& [target, value] : down)
    if (const auto other = up.find(target); other != up.end()) differences.push_back(value - other->second);
  if (!differences.empty()) {
    result.targets = static_cast<Index>(differences.size());
    result.contrast = with_interval(mean_and_error(differences));
  } else if (!up.empty() && !down.empty()) {
    result.targets = static_cast<Index>(up.size() + down.size());
    const auto a = mean_and_error(values_of(up)), b = mean_and_error(values_of(down));
    const double squared = a.squared_error + b.squared_error;
    const double degrees =
        squared * squared /
        (a.squared_error * a.squared_error / a.degrees + b.squared_error * b.squared_error / b.degrees);
    const bool known = a.degrees > 0 && b.degrees > 0;
    result.contrast = with_interval({b.value - a.value, known ? squared : 0, degrees});
  }
  return result;
}

}  // namespace stillpoint
