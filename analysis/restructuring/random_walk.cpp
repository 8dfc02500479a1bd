#include "analysis/restructuring/random_walk.hpp"

#include <Eigen/QR>
#include <cmath>

#include "sim/random.hpp"

namespace stillpoint {

namespace {

/// Applies f(a, b, c) to each array that may learn, of three networks.
template <class F>
void for_each_array(const Network<double>& a, const Network<double>& b, const Network<double>& c, F&& f) {
  f(a.W, b.W, c.W);
  f(a.W_in, b.W_in, c.W_in);
  f(a.b, b.b, c.b);
  f(a.W_out, b.W_out, c.W_out);
  f(a.b_out, b.b_out, c.b_out);
  f(a.W_fb, b.W_fb, c.W_fb);
  f(a.M, b.M, c.M);
  f(a.V, b.V, c.V);
  f(a.A, b.A, c.A);
  f(a.r0, b.r0, c.r0);
}

/// Uniform on O(n): Stewart 1980, doi:10.1137/0717034.
Matrix<double> random_orthogonal(Index n, Stream& stream) {
  Matrix<double> normal(n, n);
  stream.fill_normal(normal);
  const Eigen::HouseholderQR<Matrix<double>> qr(normal);
  const Vector<double> signs = qr.matrixQR().diagonal().unaryExpr([](double r) { return r < 0 ? -1. : 1.; });
  return qr.householderQ() * Matrix<double>(signs.asDiagonal());
}

}  // namespace

double weight_distance(const Network<double>& from, const Network<double>& to) {
  double squares = 0;
  for_each_array(from, to, to, [&](const auto& a, const auto& b, const auto&) {
    require_parameter(a.rows() == b.rows() && a.cols() == b.cols(), "networks", "of two shapes", "must have one shape");
    squares += (b - a).squaredNorm();
  });
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
  moved.W_in += by_rows(P, to.W_in - from.W_in);
  moved.b += by_rows(P, to.b - from.b);
  moved.W_fb += by_rows(P, to.W_fb - from.W_fb);
  moved.M += by_rows(P, to.M - from.M);
  moved.V += by_rows(Q, to.V - from.V);
  moved.A += by_rows(P, to.A - from.A);
  moved.r0 += by_rows(Q, to.r0 - from.r0);
  moved.W_out += (to.W_out - from.W_out) * Q.transpose();
  for (Index i = 0; i < moved.b_out.size(); ++i)
    moved.b_out(i) += (to.b_out(i) - from.b_out(i)) * (stream.bernoulli(0.5) ? 1 : -1);
  return moved;
}

}  // namespace stillpoint
