#include "analysis/activity/coding_stability.hpp"

#include "analysis/activity/cross_temporal.hpp"
#include "analysis/activity/split_halves.hpp"
#include "sim/blas.hpp"

namespace stillpoint {

namespace {

/// Below this part of the squares of activity, what tells conditions apart is rounding errors.
constexpr double rounding = 1e-12;

}  // namespace

CodingStability coding_stability(const Session& session, const Window& window, double lag_ms) {
  const ProductsOnOneThread one_thread;
  const auto compared = cross_temporal(session, window, lag_ms, 2);
  const auto& part = compared.activity;
  const auto C = static_cast<double>(compared.groups.size());

  // sum_c <x_c, x_c'> - <sum x, sum x> / C, where a condition's products with itself are those of halves
  Matrix<double> sum = Matrix<double>::Zero(part.neurons(), part.bins()),
                 halves = Matrix<double>::Zero(part.bins(), part.bins()), plain = halves;
  for (const auto& group : compared.groups) {
    const Matrix<double> mean = mean_over_trials(part, group.trials);
    sum += mean;
    halves += split_half_products(part, group.trials);
    plain.noalias() += mean.transpose() * mean;
  }
  CodingStability result{halves - (sum.transpose() * sum - plain + halves) / C, {}};

  double product = 0, ceiling = 0;
  compared.for_each_pair([&](Index t, Index u) {
    product += result.products(t, u);
    ceiling += (result.products(t, t) + result.products(u, u)) / 2;
  });
  if (ceiling > rounding * plain.trace()) result.stability = product / ceiling;
  return result;
}

}  // namespace stillpoint
