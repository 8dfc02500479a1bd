#include "analysis/learning/change_point.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

#include "analysis/learning/segment_cost.hpp"
#include "analysis/statistics/quantiles.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Vector<double> residual_sums(const Matrix<double>& values, const Vector<double>& rho, const std::vector<Index>& changes,
                             bool autoregressive) {
  const SegmentCost cost(values, rho, Vector<double>::Ones(values.rows()), autoregressive);
  const auto bounds = bounds_of(changes, values.cols());
  Vector<double> sums = Vector<double>::Zero(values.rows());
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k)
    for (Index j = 0; j < values.rows(); ++j) sums(j) += cost.residual(j, bounds[k], bounds[k + 1]);
  return sums;
}

/// Least squares of y(t) on y(t-1), with an intercept per segment.
Vector<double> rho_within(const Matrix<double>& values, const std::vector<Index>& changes) {
  const auto bounds = bounds_of(changes, values.cols());
  Vector<double> product = Vector<double>::Zero(values.rows()), power = product;
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k) {
    const Index n = bounds[k + 1] - bounds[k] - 1;
    if (n < 2) continue;
    const Matrix<double> before = values.middleCols(bounds[k], n), after = values.middleCols(bounds[k] + 1, n);
    const Matrix<double> centred = before.colwise() - before.rowwise().mean();
    product += centred.cwiseProduct(after).rowwise().sum();
    power += centred.cwiseAbs2().rowwise().sum();
  }
  Vector<double> rho(values.rows());
  for (Index j = 0; j < rho.size(); ++j)
    rho(j) = power(j) > 0 ? std::clamp(product(j) / power(j), -largest_rho, largest_rho) : 0;
  return rho;
}

struct Candidate {
  std::vector<Index> changes;
  Vector<double> rho, sums;
  double score = infinity;
};

/// Alternates between the best partition and the best rho and sigma until the partition stays.
Candidate settle(const Matrix<double>& values, Vector<double> rho, const Vector<double>& smallest, double penalty,
                 const ChangePointSetting& setting) {
  const double M = static_cast<double>(values.cols() - (setting.autoregressive ? 1 : 0));
  const auto judged = [&](const std::vector<Index>& changes, const Vector<double>& at) {
    Candidate one{changes, at, residual_sums(values, at, changes, setting.autoregressive).cwiseMax(smallest)};
    one.score = M * one.sums.array().log().sum() + penalty * static_cast<double>(changes.size());
    return one;
  };
  // The spread of neighbours' differences is hardly touched by a few changes.
  Vector<double> variance(values.rows());
  for (Index j = 0; j < values.rows(); ++j) {
    const Vector<double> z = innovations(values.row(j).transpose(), rho(j));
    const Vector<double> step = (z.tail(z.size() - 1) - z.head(z.size() - 1)).cwiseAbs();
    const double deviation = upper_median({step.begin(), step.end()}) / (0.6745 * std::sqrt(2.0));
    variance(j) = std::max(deviation * deviation, smallest(j) / M);
  }
  Candidate best;
  for (int round = 0; round < 10; ++round) {
    auto changes = optimal_partition(values, rho, variance.cwiseInverse(), penalty, setting);
    const bool stays = round > 0 && changes == best.changes;
    if (setting.autoregressive) rho = rho_within(values, changes);
    auto one = judged(changes, rho);
    variance = one.sums / M;
    if (one.score < best.score) best = std::move(one);
    if (stays) break;
  }
  return best;
}

void check(const Matrix<double>& values, const ChangePointSetting& setting) {
  const Index least = setting.autoregressive ? 3 : 1;
  require_parameter(setting.shortest >= least, "shortest", fmt::format("{}", setting.shortest),
                    fmt::format("a segment must have {} samples or more", least));
  require_parameter(setting.false_positive_rate > 0 && setting.false_positive_rate < 1, "false_positive_rate",
                    fmt::format("{}", setting.false_positive_rate), "must be between 0 and 1");
  require_parameter(!setting.penalty || *setting.penalty > 0, "penalty", fmt::format("{}", setting.penalty.value_or(1)),
                    "must be above 0");
  require_parameter(values.rows() >= 1 && values.cols() >= 2 * setting.shortest + 2, "series",
                    fmt::format("{} x {}", values.rows(), values.cols()),
                    fmt::format("must be one or more, of {} samples or more", 2 * setting.shortest + 2));
  require_parameter(values.allFinite(), "series", "not finite", "all values must be finite");
}

}  // namespace

double change_point_penalty(Index series, Index samples, const ChangePointSetting& setting) {
  if (setting.penalty) return *setting.penalty;
  const double M = static_cast<double>(samples - (setting.autoregressive ? 1 : 0));
  const double per_change = setting.autoregressive ? 2 : 1, known = setting.autoregressive ? 2 : 1;
  const auto bound = [&](double penalty) {
    double sum = 0, before = infinity;
    for (Index K = 1; (K + 1) * setting.shortest <= samples; ++K) {
      const double k = static_cast<double>(K), q = per_change * k;
      // M - known - q degrees of freedom are left; Bartlett: (those + q/2 - 1) log ratio is chi-squared of q.
      const double factor = (M - known - q / 2 - 1) / M;
      if (factor <= 0) break;
      const double places = static_cast<double>(samples - (K + 1) * (setting.shortest - 1) - 1);
      const double partitions = std::lgamma(places + 1) - std::lgamma(k + 1) - std::lgamma(places - k + 1);
      const double tail = boost::math::gamma_q(q * static_cast<double>(series) / 2, factor * k * penalty / 2);
      const double term = std::exp(partitions + std::log(std::max(tail, 1e-300)));
      sum += term;
      if (term < before && term < 1e-9) break;
      before = term;
    }
    return sum;
  };
  double low = 0, high = 8;
  while (bound(high) > setting.false_positive_rate) high *= 2;
  while (high - low > 1e-6 * high)
    (bound((low + high) / 2) > setting.false_positive_rate ? low : high) = (low + high) / 2;
  return high;
}

std::vector<Index> optimal_partition(const Matrix<double>& values, const Vector<double>& rho,
                                     const Vector<double>& weight, double penalty, const ChangePointSetting& setting) {
  const Index T = values.cols(), shortest = setting.shortest;
  const SegmentCost cost(values, rho, weight, setting.autoregressive);
  std::vector<double> best(static_cast<std::size_t>(T) + 1, infinity);  // of the first t samples
  std::vector<Index> last(static_cast<std::size_t>(T) + 1, 0), candidates;
  const auto at = [](auto& list, Index i) -> auto& { return list[static_cast<std::size_t>(i)]; };
  best[0] = -penalty;
  for (Index t = shortest; t <= T; ++t) {
    const Index newest = t - shortest;
    if (newest == 0 || newest >= shortest) candidates.push_back(newest);
    // A candidate that is worse than a change at `newest` was, without its penalty, stays worse from here on.
    candidates.erase(
        std::remove_if(candidates.begin(), candidates.end(),
                       [&](Index s) { return s < newest && at(best, s) + cost(s, newest) >= at(best, newest); }),
        candidates.end());
    for (const Index s : candidates)
      if (const double value = at(best, s) + cost(s, t) + penalty; value < at(best, t)) {
        at(best, t) = value;
        at(last, t) = s;
      }
  }
  std::vector<Index> changes;
  for (Index t = at(last, T); t > 0; t = at(last, t)) changes.push_back(t);
  std::reverse(changes.begin(), changes.end());
  return changes;
}

Segmentation find_change_points(const Matrix<double>& values, const ChangePointSetting& setting) {
  check(values, setting);
  const Index d = values.rows(), T = values.cols();
  const double penalty = change_point_penalty(d, T, setting),
               M = static_cast<double>(T - (setting.autoregressive ? 1 : 0));
  // Rounding is not noise.
  const Matrix<double> centred = values.colwise() - values.rowwise().mean();
  const Vector<double> smallest = (M * (1e-20 * centred.rowwise().squaredNorm() / static_cast<double>(T) +
                                        1e-28 * values.cwiseAbs2().rowwise().maxCoeff()))
                                      .array() +
                                  1e-300;
  std::vector<double> starts{0};
  if (setting.autoregressive) starts = {0, 0.5, 0.9};
  Candidate best;
  for (const double rho : starts) {
    auto one = settle(values, Vector<double>::Constant(d, rho), smallest, penalty, setting);
    if (one.score < best.score) best = std::move(one);
  }
  // Without a change at all: what every partition must beat.
  const Vector<double> rho0 = setting.autoregressive ? rho_within(values, {}) : Vector<double>(Vector<double>::Zero(d));
  const Vector<double> sums0 = residual_sums(values, rho0, {}, setting.autoregressive).cwiseMax(smallest);
  if (M * sums0.array().log().sum() <= best.score) best = {{}, rho0, sums0, 0};

  // A change is worth its place by all of the likelihood, the z that straddles it included.
  const SegmentCost cost(values, best.rho, (best.sums / M).cwiseInverse(), setting.autoregressive);
  auto bounds = bounds_of(best.changes, T);
  for (int round = 0, moved = 1; round < 20 && moved > 0; ++round) {
    moved = 0;
    for (std::size_t k = 1; k + 1 < bounds.size(); ++k) {
      const Index place = cost.best_cut(bounds[k - 1], bounds[k + 1], setting.shortest);
      moved += place != bounds[k];
      bounds[k] = place;
    }
  }
  Segmentation found{{bounds.begin() + 1, bounds.end() - 1}, {}, best.rho, {}, penalty};
  const Index K = static_cast<Index>(found.changes.size());
  found.levels.resize(d, K + 1);
  for (Index k = 0; k <= K; ++k) {
    const auto i = static_cast<std::size_t>(k);
    found.levels.col(k) = values.middleCols(bounds[i], bounds[i + 1] - bounds[i]).rowwise().mean();
  }
  const double parameters = static_cast<double>((K + 1) + (setting.autoregressive ? K + 1 : 0));
  found.sigma = (best.sums / std::max(1.0, M - parameters)).cwiseSqrt();
  for (Index j = 0; j < d; ++j)
    if (best.sums(j) <= smallest(j)) found.sigma(j) = 0;
  return found;
}

}  // namespace stillpoint
