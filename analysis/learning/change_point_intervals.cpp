#include <fmt/format.h>

#include <cmath>

#include "analysis/learning/change_point.hpp"
#include "analysis/learning/segment_cost.hpp"
#include "analysis/statistics/bootstrap.hpp"
#include "sim/options/option.hpp"

namespace stillpoint {

std::vector<IntervalEstimate> change_point_intervals(const Matrix<double>& values, const Segmentation& found,
                                                     std::uint64_t seed, Index resamples, double level,
                                                     const ChangePointSetting& setting) {
  require_parameter(resamples >= 1, "resamples", fmt::format("{}", resamples), "must be 1 or more");
  require_parameter(level > 0 && level < 1, "level", fmt::format("{}", level), "must be between 0 and 1");
  const Index T = values.cols(), d = values.rows();
  const auto bounds = bounds_of(found.changes, T);
  Matrix<double> mean(d, T);
  for (std::size_t k = 0; k + 1 < bounds.size(); ++k)
    mean.middleCols(bounds[k], bounds[k + 1] - bounds[k]).colwise() = found.levels.col(static_cast<Index>(k));
  std::vector<Vector<double>> drawn_from;
  for (Index j = 0; j < d; ++j) {
    Vector<double> e = innovations((values.row(j) - mean.row(j)).transpose(), found.rho(j));
    e.array() -= e.mean();
    const double spread = std::sqrt(e.squaredNorm() / static_cast<double>(e.size()));
    if (spread > 0) e *= found.sigma(j) / spread;  // what the fit took away
    drawn_from.push_back(e);
  }
  const Vector<double> weight = found.sigma.unaryExpr([](double sigma) { return sigma > 0 ? 1 / (sigma * sigma) : 1; });
  std::vector<std::vector<double>> errors(found.changes.size());
  for (Index b = 0; b < resamples; ++b) {
    Stream stream(seed, Purpose::bootstrap, 0, static_cast<std::uint64_t>(b));
    Matrix<double> made = mean;
    for (Index j = 0; j < d; ++j)
      made.row(j) +=
          resampled_noise(drawn_from[static_cast<std::size_t>(j)], found.rho(j), Vector<double>::Ones(T), stream)
              .transpose();
    const SegmentCost cost(made, found.rho, weight, setting.autoregressive);
    for (std::size_t k = 0; k < found.changes.size(); ++k) {
      const Index best = cost.best_cut(bounds[k], bounds[k + 2], setting.shortest);
      errors[k].push_back(static_cast<double>(best - bounds[k + 1]));
    }
  }
  std::vector<IntervalEstimate> intervals;
  for (std::size_t k = 0; k < errors.size(); ++k) {
    auto one = mirrored_interval(static_cast<double>(bounds[k + 1]), errors[k], level);
    one.low = std::max(one.low, static_cast<double>(bounds[k] + setting.shortest));
    one.high = std::min(one.high, static_cast<double>(bounds[k + 2] - setting.shortest));
    intervals.push_back(one);
  }
  return intervals;
}

}  // namespace stillpoint
