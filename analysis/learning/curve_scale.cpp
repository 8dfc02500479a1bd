#include "analysis/learning/curve_scale.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/statistics/quantiles.hpp"

namespace stillpoint {

namespace {

Vector<double> without_spikes(const Vector<double>& y) {
  constexpr Index beside = 8, block = 32;
  constexpr double far = 6;
  const Index T = y.size();
  Vector<double> kept = y, before = y, after = y, between;
  std::vector<double> some;
  const auto median = [&](Index from, Index to) {
    some.assign(y.data() + std::max<Index>(0, from), y.data() + to);
    return nearest_quantile(some, 0.5);
  };
  for (Index t = 1; t < T; ++t) before(t) = median(t - beside, t);
  for (Index t = 0; t + 1 < T; ++t) after(t) = t + 1 + beside < T ? before(t + 1 + beside) : median(t + 1, T);
  between = (before + after) / 2;
  // Nothing is known yet of the first bins and of the last.
  for (Index from = 2; from + 2 < T; from += block) {
    some.clear();
    for (Index t = std::max<Index>(1, from - block); t < std::min(T - 1, from + 2 * block); ++t)
      some.push_back(std::abs(y(t) - between(t)));
    const double limit = far * nearest_quantile(some, 0.5);
    for (Index t = from; t < std::min(T - 2, from + block); ++t)
      if (y(t) > std::max(before(t), after(t)) + limit || y(t) < std::min(before(t), after(t)) - limit)
        kept(t) = between(t);
  }
  return kept;
}

CurveScale coarser(const CurveScale& fine) {
  const Index bins = fine.size() / 2;
  CurveScale coarse{2 * fine.bin, Vector<double>(bins), Vector<double>(bins)};
  for (Index i = 0; i < bins; ++i) {
    coarse.update(i) = (fine.update(2 * i) + fine.update(2 * i + 1)) / 2;
    coarse.level(i) = (fine.level(2 * i) + fine.level(2 * i + 1)) / 2;
  }
  coarse.level = without_spikes(coarse.level);
  return coarse;
}

}  // namespace

std::vector<CurveScale> scales_of(const Vector<double>& update, const Vector<double>& level, Index fewest) {
  std::vector<CurveScale> scales{{1, update, without_spikes(level)}};
  while (scales.back().size() >= 2 * fewest) scales.push_back(coarser(scales.back()));
  return scales;
}

}  // namespace stillpoint
