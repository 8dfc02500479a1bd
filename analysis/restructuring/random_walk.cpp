#include "analysis/restructuring/random_walk.hpp"

#include <cmath>

#include "sim/linear_algebra.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

/// Uniform on O(n).
Matrix<double> random_orthogonal(Index n, Stream& stream) {
  Matrix<double> Q(n, n);
  stream.fill_normal(Q);
  orthonormalise(Q);
  return Q;
}

}  // namespace

double weight_distance(const Network<double>& from, const Network<double>& to) {
  double squares = 0;
  for_each_learning_array(
      [&](const ArrayTraits&, const auto& a, const auto& b) {
        require_parameter(a.rows() == b.rows() && a.cols() == b.cols(), "networks", "of two shapes",
                          "must have one shape");
        squares += (b - a).squaredNorm();
      },
      from, to);
  return std::sqrt(squares);
}

Network<double> random_step(const Network<double>& at, const Network<double>& from, const Network<double>& to,
                            std::uint64_t seed, std::uint64_t walk, std::uint64_t index) {
  const Index N = at.size();
  Stream stream(seed, Purpose::control_walk, walk, index);
  const auto P = random_orthogonal(N, stream), Q = random_orthogonal(N, stream);
  const auto by_rows = [N](const Matrix<double>& rotation, Matrix<double> step) {  // each block of N rows alike
    for (Index row = 0; row + N <= step.rows(); row += N)
      step.middleRows(row, N) = (rotation * step.middleRows(row, N)).eval();
    return step;
  };
  auto moved = at;
  if (at.W.size() > 0) {
    const Matrix<double> step = to.W - from.W;
    moved.W += by_rows(P, step * Q.transpose());
    moved.keep_constraints();
    if (const double kept = (moved.W - at.W).norm(); at.constrained() && kept > 0) {
      moved.W = at.W + (step.norm() / kept) * (moved.W - at.W);
      moved.keep_constraints();
    }
  }
  for_each_learning_array(
      [&](const ArrayTraits& array, auto& weights, const auto& before, const auto& after) {
        if (weights.size() == 0 || static_cast<const void*>(&weights) == &moved.W) return;
        Matrix<double> step = after - before;
        if (array.rows == ArrayAxis::drives) step = by_rows(P, step);
        if (array.rows == ArrayAxis::neurons || array.rows == ArrayAxis::states) step = by_rows(Q, step);
        if (array.columns == ArrayAxis::neurons) step *= Q.transpose();
        if (array.rows == ArrayAxis::outputs && array.columns == ArrayAxis::one)
          for (auto& change : step.reshaped()) change *= stream.bernoulli(0.5) ? 1 : -1;
        weights += step;
      },
      moved, from, to);
  return moved;
}

}  // namespace stillpoint
