#include "analysis/activity/tangling.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/activity/condition_groups.hpp"
#include "analysis/activity/smoothing.hpp"
#include "analysis/statistics/quantiles.hpp"
#include "sim/blas.hpp"
#include "sim/linear_algebra.hpp"
#include "sim/look_aside.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

std::optional<Tangling> tangling(const Session& session, const Window& window, Signal signal,
                                 const TanglingSetting& setting) {
  const ProductsOnOneThread one_thread;
  require_parameter(setting.components >= 1, "components", fmt::format("{}", setting.components), "must be at least 1");
  require_parameter(setting.softening_hz >= 0, "softening_hz", fmt::format("{:g}", setting.softening_hz),
                    "must be at least 0");
  require_parameter(setting.epsilon > 0, "epsilon", fmt::format("{:g}", setting.epsilon), "must be above 0");
  const auto rates = rates_in(session, window, signal, setting.smooth_bins, 3);
  const auto groups = condition_groups(rates);
  const Index T = rates.bins(), C = static_cast<Index>(groups.size());

  Matrix<double> x(rates.neurons(), C * T);
  for (Index c = 0; c < C; ++c)
    x.middleCols(c * T, T) = mean_over_trials(rates, groups[static_cast<std::size_t>(c)].trials);
  const Vector<double> range = x.rowwise().maxCoeff() - x.rowwise().minCoeff(), centre = x.rowwise().mean();
  x.colwise() -= centre;
  for (Index n = 0; n < x.rows(); ++n)
    if (range(n) > 0) x.row(n) /= range(n) + setting.softening_hz;
  const auto components = symmetric_eigen_decomposition_of(x * x.transpose());
  const Index kept = std::min(setting.components, x.rows());
  const Matrix<double> path = components.vectors.rightCols(kept).transpose() * x;

  // States and directions side by side, of all but the first time of each condition.
  const Index steps = T - 1;
  Matrix<double> state(kept, C * steps), direction(kept, C * steps);
  for (Index c = 0; c < C; ++c) {
    state.middleCols(c * steps, steps) = path.middleCols(c * T + 1, steps);
    direction.middleCols(c * steps, steps) =
        (path.middleCols(c * T + 1, steps) - path.middleCols(c * T, steps)) / (rates.bin_ms / 1000);
  }
  const double softening = setting.epsilon * path.squaredNorm() / static_cast<double>(path.cols());
  if (softening <= 1e-20) return std::nullopt;

  Tangling result;
  result.q.resize(C, steps);
  std::vector<double> sorted;
  for (Index c = 0; c < C; ++c)
    for (Index t = 0; t < steps; ++t) {
      look_aside();
      const Index here = c * steps + t;
      const Vector<double> at = state.col(here), to = direction.col(here);
      result.q(c, t) = ((direction.colwise() - to).colwise().squaredNorm().array() /
                        ((state.colwise() - at).colwise().squaredNorm().array() + softening))
                           .maxCoeff();
      sorted.push_back(result.q(c, t));
    }
  std::sort(sorted.begin(), sorted.end());
  result.percentile_90 = quantile(sorted, 0.9);
  result.median = quantile(sorted, 0.5);
  result.largest = sorted.back();
  return result;
}

}  // namespace stillpoint
