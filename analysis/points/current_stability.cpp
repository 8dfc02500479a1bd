#include "analysis/points/current_stability.hpp"

#include <algorithm>

#include "sim/random.hpp"

namespace stillpoint {

namespace {

constexpr Index columns_at_once = 16;  // of N + N^2 entries each

/// Row i: the unit vector along the rates that reach neuron i; where all are silent, along one synapse that exists.
Matrix<double> directions(const System& system, const Vector<double>& x) {
  const auto& network = system.network();
  const Index N = network.size();
  Matrix<double> r(N, 1);
  system.dynamics().rate(x, r);
  Matrix<double> rows = r.transpose().replicate(N, 1);
  if (network.mask.size() > 0) rows.array() *= network.mask.array();
  for (Index i = 0; i < N; ++i) {
    Index any = i;
    if (rows.row(i).isZero(0)) {
      if (network.mask.size() > 0) network.mask.row(i).maxCoeff(&any);
      rows(i, any) = 1;
    }
    rows.row(i).normalize();
  }
  return rows;
}

/// Directions of S as matrices in the columns of q = (dx, dS).
Eigen::Map<Matrix<double>> synapses(Matrix<double>& q, Index column, Index N) {
  return {q.col(column).data() + N, N, N};
}

/// Whether S decays with lambda alone where it leaves S r as it is: tried along one random such direction.
bool acts_through_current(const System& system, const Equations& joint, const Vector<double>& y,
                          const Matrix<double>& rows, double lambda) {
  const Index N = rows.rows();
  Matrix<double> q = Matrix<double>::Zero(joint.dimension, 1);
  auto dS = synapses(q, 0, N);
  Stream(1, Purpose::perturbation).fill_normal(dS);
  if (const auto& mask = system.network().mask; mask.size() > 0) dS.array() *= mask.array();
  for (Index i = 0; i < N; ++i) dS.row(i) -= dS.row(i).dot(rows.row(i)) * rows.row(i);
  return (joint.tangent(y, q) - lambda * q).cwiseAbs().maxCoeff() <= 1e-9 * q.cwiseAbs().maxCoeff();
}

}  // namespace

double remaining_eigenvalue(const System& system, const ContinuousSynapse<double>& synapse) {
  const Index N = system.network().size(), rows = synapse.rows(N);
  const Matrix<double> zero = Matrix<double>::Zero(N, 1);
  Matrix<double> S(rows, 1), dS = Matrix<double>::Ones(rows, 1), change(rows, 1);
  synapse.initial_state(S);
  synapse.derivative_tangent(S, zero, zero, dS, zero, zero, change);
  const double lambda = change(0, 0);
  return system.as() == System::As::map ? 1 + system.tau_ms()(0) * lambda : lambda;
}

std::optional<Matrix<double>> current_linearisation(const System& system, const ContinuousSynapse<double>& synapse,
                                                    const Vector<double>& x) {
  const auto joint = equations_with_synapse(system, synapse);
  const Index N = system.dimension();
  if (joint.dimension != N + N * N || synapse.scales()) return {};
  const Vector<double> y = with_resting_synapse(system, synapse, x);
  const Matrix<double> rows = directions(system, x);
  if (!acts_through_current(system, joint, y, rows, remaining_eigenvalue(system, synapse))) return {};

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
