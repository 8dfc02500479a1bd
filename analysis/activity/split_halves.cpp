#include "analysis/activity/split_halves.hpp"

#include "sim/blas.hpp"

namespace stillpoint {

Matrix<double> split_half_products(const Session& session, const std::vector<Index>& trials) {
  const ProductsOnOneThread one_thread;
  const auto n = static_cast<double>(trials.size());
  Matrix<double> sum = Matrix<double>::Zero(session.neurons(), session.bins()),
                 own = Matrix<double>::Zero(session.bins(), session.bins());
  for (const Index trial : trials) {
    const auto& x = session.trials[static_cast<std::size_t>(trial)];
    sum += x;
    own.noalias() += x.transpose() * x;
  }
  return (sum.transpose() * sum - own) / (n * (n - 1));
}

Vector<double> split_half_squares(const Session& session, const std::vector<Index>& trials) {
  const auto n = static_cast<double>(trials.size());
  Matrix<double> sum = Matrix<double>::Zero(session.neurons(), session.bins());
  Vector<double> own = Vector<double>::Zero(session.bins());
  for (const Index trial : trials) {
    const auto& x = session.trials[static_cast<std::size_t>(trial)];
    sum += x;
    own += x.colwise().squaredNorm().transpose();
  }
  return (sum.colwise().squaredNorm().transpose() - own) / (n * (n - 1));
}

}  // namespace stillpoint
