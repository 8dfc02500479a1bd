#include "analysis/activity/split_halves.hpp"

#include "sim/blas.hpp"

namespace stillpoint {

SplitMean split_mean(const Session& session, const std::vector<Index>& trials) {
  const ProductsOnOneThread products;
  const auto n = static_cast<double>(trials.size());
  Matrix<double> sum = Matrix<double>::Zero(session.neurons(), session.bins()),
                 own = Matrix<double>::Zero(session.bins(), session.bins());
  for (const Index trial : trials) {
    const auto& x = session.trials[static_cast<std::size_t>(trial)];
    sum += x;
    own.noalias() += x.transpose() * x;
  }
  return {sum / n, (sum.transpose() * sum - own) / (n * (n - 1))};
}

}  // namespace stillpoint
