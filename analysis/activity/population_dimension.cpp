#include "analysis/activity/population_dimension.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/activity/condition_groups.hpp"
#include "sim/blas.hpp"
#include "sim/options/option.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

/// Means over four disjoint parts of every condition's trials, chosen at random: neurons x (conditions x bins) each,
/// less their mean over both. Of trials that do not go into four, some are left out.
std::array<Matrix<double>, 4> quarters(const Session& session, const std::vector<ConditionGroup>& groups,
                                       Stream& stream) {
  const Index T = session.bins();
  std::array<Matrix<double>, 4> parts;
  parts.fill(Matrix<double>::Zero(session.neurons(), T * static_cast<Index>(groups.size())));
  for (std::size_t c = 0; c < groups.size(); ++c) {
    auto trials = groups[c].trials;
    for (std::size_t i = trials.size(); i > 1; --i)
      std::swap(trials[i - 1], trials[static_cast<std::size_t>(stream.below(static_cast<Index>(i)))]);
    const std::size_t each = trials.size() / 4;
    for (std::size_t i = 0; i < 4 * each; ++i)
      parts[i / each].middleCols(static_cast<Index>(c) * T, T) +=
          session.trials[static_cast<std::size_t>(trials[i])] / static_cast<double>(each);
  }
  for (auto& part : parts) {
    const Vector<double> mean = part.rowwise().mean();
    part.colwise() -= mean;
  }
  return parts;
}

}  // namespace

DimensionEstimate population_dimension(const Session& session, const Window& window) {
  const ProductsOnOneThread one_thread;
  require_parameter(session.trials.size() >= 5, "trials", fmt::format("{}", session.trials.size()),
                    "a dimension needs at least 5");
  return dimension_of(within(session, window).trials);
}

std::optional<double> signal_dimension(const Session& session, const Window& window, int splits) {
  const ProductsOnOneThread one_thread;
  bins_of(session, window, 2);
  const auto part = within(session, window);
  const auto groups = condition_groups(part, 4);
  Stream stream(0, Purpose::estimate);
  double squared = 0, of_square = 0;
  for (int split = 0; split < splits; ++split) {
    const auto x = quarters(part, groups, stream);
    for (const auto& [a, b, c, d] : {std::array{0, 1, 2, 3}, std::array{0, 2, 1, 3}, std::array{0, 3, 1, 2}}) {
      const auto of = [&x](int i) -> const Matrix<double>& { return x[static_cast<std::size_t>(i)]; };
      const Matrix<double> ab = of(a) * of(b).transpose(), cd = of(c) * of(d).transpose();
      squared += ab.trace() * cd.trace();
      of_square += (ab.cwiseProduct(cd).sum() + ab.cwiseProduct(cd.transpose()).sum()) / 2;
    }
  }
  if (squared <= 0 || of_square <= 0) return std::nullopt;
  return squared / of_square;
}

}  // namespace stillpoint
