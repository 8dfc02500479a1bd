#include "analysis/learning/steps.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/learning/autoregression.hpp"
#include "analysis/statistics/quantiles.hpp"

namespace stillpoint {

namespace {

/// Standard deviation that normal values of this spread about their median have.
struct Spread {
  double median, deviation;
};
Spread spread_of(std::vector<double>& values) {
  constexpr double share = 0.3, normal = 0.385;  // 30 % of normal values lie within this
  const double median = nearest_quantile(values, 0.5);
  for (auto& one : values) one = std::abs(one - median);
  return {median, nearest_quantile(values, share) / normal};
}

Vector<double> differences_of_means(const Vector<double>& y, Index first, Index last) {
  const Index T = y.size();
  Vector<double> sum = Vector<double>::Zero(T + 1), differences = Vector<double>::Zero(T);
  for (Index t = 0; t < T; ++t) sum(t + 1) = sum(t) + y(t) - y(0);
  const auto mean = [&](Index from, Index to) { return (sum(to) - sum(from)) / static_cast<double>(to - from); };
  for (Index i = first; i <= last; ++i)
    differences(i) = mean(i + 1, std::min(T, i + 1 + step_width)) - mean(std::max<Index>(0, i + 1 - step_width), i + 1);
  return differences;
}

}  // namespace

Steps find_steps(const Vector<double>& y) {
  constexpr Index block = 16, beside = 40;
  const Index T = y.size(), first = fewest_beside - 1, last = T - fewest_beside - 1;
  const auto differences = differences_of_means(y, first, last);
  Steps steps{Vector<double>::Zero(T), {}};
  Vector<double> usual = Vector<double>::Zero(T);
  std::vector<double> some;
  for (Index from = first; from <= last; from += block) {
    const Index a = std::max(first, from - beside), b = std::min(last + 1, from + block + beside);
    some.assign(differences.data() + a, differences.data() + b);
    const auto contrasts = spread_of(some);
    some.clear();
    for (Index i = a; i < b; ++i) some.push_back(std::abs(y(i + 1) - y(i)));
    const double white = nearest_quantile(some, 0.5) / 0.6745 / std::sqrt(static_cast<double>(step_width));
    for (Index i = from; i < std::min(last + 1, from + block); ++i) {
      steps.contrast(i) = differences(i) - contrasts.median;
      usual(i) = std::min(contrasts.deviation, 3 * white);
    }
  }
  for (Index i = first; i <= last; ++i) {
    const double contrast = steps.contrast(i);
    if (!(contrast < -3 * usual(i))) continue;
    bool least = true;
    for (Index j = std::max(first, i - step_width); j <= std::min(last, i + step_width) && least; ++j)
      least = j < i ? steps.contrast(j) > contrast : steps.contrast(j) >= contrast;
    if (least) steps.falls.push_back({i, contrast});
  }
  std::stable_sort(steps.falls.begin(), steps.falls.end(),
                   [](const auto& a, const auto& b) { return a.contrast < b.contrast; });
  return steps;
}

Stretch surroundings_of(const Step& step, const Steps& among) {
  const auto bound = [&](Index direction) {
    bool apart = false;  // beyond the step itself
    Index i = step.at;
    for (Index k = 1; k < surroundings && i + direction >= 0 && i + direction < among.contrast.size(); ++k) {
      const bool large = std::abs(among.contrast(i + direction)) >= std::abs(step.contrast) / 2;
      if (apart && large) break;
      apart = apart || !large;
      i += direction;
    }
    return i;
  };
  return {bound(-1), std::min(bound(1) + 1, among.contrast.size() - 1)};
}

double rho_of_differences(const Vector<double>& y, const std::vector<Stretch>& stretches) {
  constexpr Index lag = 8, fewest = 16;
  double sum = 0, count = 0;
  for (const auto& [first, last] : stretches) {
    if (last - first + 1 < fewest) continue;
    const auto deviation = [&, from = first, to = last](Index over) {
      std::vector<double> some;
      for (Index i = from; i + over <= to; ++i) some.push_back(y(i + over) - y(i));
      return spread_of(some).deviation;
    };
    const double one = deviation(1), bins = static_cast<double>(last - first + 1);
    if (!(one > 0)) continue;
    sum += bins * std::pow(deviation(lag) / one, 2);
    count += bins;
  }
  const double ratio = count > 0 ? sum / count * std::exp(-3.7 / std::sqrt(count)) : 0;
  if (ratio <= 1) return 0;
  double low = 0, high = largest_rho;
  while (high - low > 1e-3) {
    const double rho = (low + high) / 2;
    ((1 - std::pow(rho, lag)) / (1 - rho) < ratio ? low : high) = rho;
  }
  return low;
}

}  // namespace stillpoint
