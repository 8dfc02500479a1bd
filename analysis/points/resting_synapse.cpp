#include "analysis/points/resting_synapse.hpp"

#include <fmt/format.h>

namespace stillpoint {

namespace {
constexpr Index largest = 4000;  // rows of a matrix whose eigenvalues take a minute
}

Velocity resting_velocity(const System& system, const ContinuousSynapse<double>& synapse) {
  const auto joint = equations_with_synapse(system, synapse);
  const Index N = system.dimension();
  const auto value = [=, &system, &synapse](const Vector<double>& x) -> Vector<double> {
    const Vector<double> moved = joint.value(with_resting_synapse(system, synapse, x)).topRows(N);
    return joint.map ? Vector<double>(moved - x) : Vector<double>(system.tau_ms().cwiseProduct(moved));
  };
  const auto jacobian = [=, &system, &synapse](const Vector<double>& x) -> Matrix<double> {
    Matrix<double> r(N, 1), kappa = Matrix<double>::Ones(N, 1), along(joint.dimension, N);
    system.dynamics().rate(x, r);
    system.dynamics().multiply_rate_gain(r, kappa);
    const Matrix<double> dr = kappa.col(0).asDiagonal();
    along.topRows(N).setIdentity();
    synapse.resting_state_tangent(r, dr, along.bottomRows(joint.dimension - N));
    Matrix<double> J = joint.tangent(with_resting_synapse(system, synapse, x), along).topRows(N);
    if (!joint.map) return system.tau_ms().asDiagonal() * J;
    J.diagonal().array() -= 1;
    return J;
  };
  return {value, jacobian};
}

Matrix<double> joint_linearisation(const System& system, const ContinuousSynapse<double>& synapse,
                                   const Vector<double>& x) {
  return joint_linearisation_at(system, synapse, with_resting_synapse(system, synapse, x));
}

Matrix<double> joint_linearisation_at(const System& system, const ContinuousSynapse<double>& synapse,
                                      const Vector<double>& y) {
  const auto joint = equations_with_synapse(system, synapse);
  require_parameter(joint.dimension <= largest, "synapse",
                    fmt::format("{} entries", joint.dimension - system.dimension()),
                    fmt::format("its linearisation has {} rows, more than {}; use a smaller network, or no synapse",
                                joint.dimension, largest));
  return joint.tangent(y, Matrix<double>::Identity(joint.dimension, joint.dimension));
}

}  // namespace stillpoint
