#include "analysis/points/current_stability.hpp"

#include <algorithm>

#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr Index columns_at_once = 16;  // of N + N^2 entries each

/// Row i: the unit vector along the derivative of (S r)_i by row i of S, the rates that reach neuron i; where none does,
/// along any.
Matrix<double> directions(const System& system, const ContinuousSynapse<double>& synapse, const Vector<double>& y) {
  const Index N = system.dimension();
  const Matrix<double> S = y.tail(N * N);
  Matrix<double> r(N, 1), rows = Matrix<double>::Zero(N, N);
  system.dynamics().rate(y.head(N), r);
  for (Index first = 0; first < N; first += columns_at_once) {
    const Index count = std::min(columns_at_once, N - first);
    Matrix<double> dS = Matrix<double>::Zero(N * N, count);
    for (Index k = 0; k < count; ++k) dS.col(k).segment((first + k) * N, N).setOnes();  // column first + k of S
    synapse.add_current_tangent(S, r, dS, Matrix<double>::Zero(N, count), rows.middleCols(first, count));
  }
  for (Index i = 0; i < N; ++i) {
    if (rows.row(i).isZero(0)) rows(i, i) = 1;
    rows.row(i) /= rows.row(i).cwiseAbs().maxCoeff();  // next to the origin the square of a rate may be less than any
    rows.row(i).normalize();
  }
  return rows;
}

/// Directions of S as matrices in the columns of q = (dx, dS).
Eigen::Map<Matrix<double>> synapses(Matrix<double>& q, Index column, Index N) {
  return {q.col(column).data() + N, N, N};
}

/// Whether S decays with lambda alone where it leaves S r as it is: tried along one random such direction.
bool acts_through_current(const Equations& joint, const Vector<double>& y, const Matrix<double>& rows, double lambda) {
  const Index N = rows.rows();
  Matrix<double> q = Matrix<double>::Zero(joint.dimension, 1);
  auto dS = synapses(q, 0, N);
  Stream(1, Purpose::perturbation).fill_normal(dS);
  for (Index i = 0; i < N; ++i) dS.row(i) -= dS.row(i).dot(rows.row(i)) * rows.row(i);
  return (joint.tangent(y, q) - lambda * q).cwiseAbs().maxCoeff() <= 1e-9 * q.cwiseAbs().maxCoeff();
}

}  // namespace

double remaining_eigenvalue(const System& system, const ContinuousSynapse<double>& synapse) {
  const Index N = system.network().size(), rows = synapse.rows(N);
  const Matrix<double> zero = Matrix<double>::Zero(N, 1);
  Matrix<double> S(rows, 1), dS = Matrix<double>::Ones(rows, 1), change(rows, 1);
  synapse.initial_state(zero, S);
  synapse.derivative_tangent(S, zero, zero, dS, zero, zero, change);
  const double lambda = change(0, 0);
  return system.as() == System::As::map ? 1 + system.tau_ms()(0) * lambda : lambda;
}

std::optional<Matrix<double>> current_linearisation(const System& system, const ContinuousSynapse<double>& synapse,
                                                    const Vector<double>& x) {
  return current_linearisation_at(system, synapse, with_resting_synapse(system, synapse, x));
}

std::optional<Matrix<double>> current_linearisation_at(const System& system, const ContinuousSynapse<double>& synapse,
                                                       const Vector<double>& y) {
  const auto joint = equations_with_synapse(system, synapse);
  const Index N = system.dimension();
  if (joint.dimension != N + N * N || synapse.scales()) return {};
  const Matrix<double> rows = directions(system, synapse, y);
  if (!acts_through_current(joint, y, rows, remaining_eigenvalue(system, synapse))) return {};

  Matrix<double> linear(2 * N, 2 * N);
  for (Index first = 0; first < 2 * N; first += columns_at_once) {
    Matrix<double> q = Matrix<double>::Zero(joint.dimension, std::min(columns_at_once, 2 * N - first));
    for (Index k = 0; k < q.cols(); ++k)
      if (const Index i = first + k; i < N)
        q(i, k) = 1;
      else
        synapses(q, k, N).row(i - N) = rows.row(i - N);
    Matrix<double> moved = joint.tangent(y, q);
    for (Index k = 0; k < q.cols(); ++k) {
      linear.col(first + k).head(N) = moved.col(k).head(N);
      linear.col(first + k).tail(N) = synapses(moved, k, N).cwiseProduct(rows).rowwise().sum();
    }
  }
  return linear;
}

}  // namespace stillpoint
