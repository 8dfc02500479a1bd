#include "analysis/statistics/discrimination.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>

#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

/// What an animal's value may be: means of `length` neighbouring sessions.
struct Values {
  std::uint64_t seed;
  std::vector<double> means;
};

std::vector<Values> values_of(const std::vector<Animal>& animals, long sessions) {
  const auto length = static_cast<std::size_t>(sessions);
  std::vector<Values> values;
  for (const auto& animal : animals) {
    require_finite(animal);
    const auto count = animal.sessions.size();
    if (count < length) continue;
    Values all{animal.seed, {}};
    for (std::size_t first = 0; first < (count == length ? 1 : count); ++first) {
      double sum = 0;
      for (std::size_t i = 0; i < length; ++i) sum += animal.sessions[(first + i) % count];
      all.means.push_back(sum / static_cast<double>(length));
    }
    values.push_back(std::move(all));
  }
  return values;
}

/// How often b is larger, ties half.
double share_above(const std::vector<double>& a, const std::vector<double>& b) {
  double above = 0;
  for (const double x : a)
    for (const double y : b) above += y > x ? 1 : y == x ? 0.5 : 0;
  return above / static_cast<double>(a.size() * b.size());
}

struct Pairs {
  double above = 0, count = 0;
  void add(double share) {
    above += share;
    ++count;
  }
};

/// n_e of groups of m and n under exponential laws.
double most_trials(double auc, double m, double n) {
  return m * n / (1 + ((m + n) / 2 - 1) * ((1 - auc) / (2 - auc) + auc / (1 + auc)));
}

double seeds_of(const std::vector<Values>& values) {
  std::map<std::uint64_t, int> seeds;
  for (const auto& each : values) ++seeds[each.seed];
  return static_cast<double>(seeds.size());
}

}  // namespace

std::optional<Discrimination> discrimination(const std::vector<Animal>& a, const std::vector<Animal>& b,
                                             long sessions) {
  require_parameter(sessions >= 1, "sessions", fmt::format("{}", sessions), "must be 1 or more");
  const auto of_a = values_of(a, sessions), of_b = values_of(b, sessions);
  Pairs all;
  std::map<std::uint64_t, Pairs> with_seed;
  for (const auto& x : of_a)
    for (const auto& y : of_b) {
      if (x.seed == y.seed) continue;
      const double share = share_above(x.means, y.means);
      all.add(share);
      with_seed[x.seed].add(share);
      with_seed[y.seed].add(share);
    }
  if (all.count == 0) return std::nullopt;
  const double auc = all.above / all.count;
  Discrimination result{{auc}, static_cast<long>(of_a.size()), static_cast<long>(of_b.size())};
  const double seeds_a = seeds_of(of_a), seeds_b = seeds_of(of_b), n = std::min(seeds_a, seeds_b);
  if (n < 3) return result;

  Vector<double> without(static_cast<Index>(with_seed.size()));
  Index i = 0;
  for (const auto& [seed, pairs] : with_seed) without(i++) = (all.above - pairs.above) / (all.count - pairs.count);
  const double error = jackknife_error(without), spread = auc * (1 - auc);
  const double trials = error * error > 1e-12 * spread
                            ? std::clamp(spread / (error * error), n / 2, most_trials(auc, seeds_a, seeds_b))
                            : n;
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  result.auc.interval = score_interval(auc, trials, t);
  return result;
}

}  // namespace stillpoint
