#include "analysis/points/tcr_stability.hpp"

namespace stillpoint {

void require_tcr(const System& system) {
  const auto& kind = system.network().kind;
  require_parameter(kind == "leaky_rate" || kind == "leaky_current" || kind == "low_rank", "synapse", "tcr",
                 "stability with it is known for leaky_rate, leaky_current and low_rank, this is a " + kind +
                     "; use --synapse none");
}

Matrix<double> tcr_linearisation(const System& system, const Vector<double>& x, const TcrSynapse& synapse) {
  require_tcr(system);
  const auto& network = system.network();
  const Index N = network.size();
  const bool current = network.kind == "leaky_current", map = system.as() == System::As::map;
  const Matrix<double> r = system.read(x), one = Matrix<double>::Identity(N, N);
  Matrix<double> phi = Matrix<double>::Ones(N, 1);
  multiply_by_slope<double>(network.nonlinearity, r, phi);  // at a fixed point of leaky_rate, r = phi(u)

  Matrix<double> J = system.jacobian(x);
  if (map) J = (network.tau_ms / *network.dt_ms).asDiagonal() * (J - one);
  const Vector<double> c = current ? Vector<double>::Ones(N) : Vector<double>(phi);  // d(tau dx/dt)/du
  // v d = c kappa^2 (tau dx/dt), and tau dx/dt is 0 there
  const Vector<double> kappa = current ? Vector<double>(phi) : Vector<double>::Ones(N);
  const Vector<double> squares = r.array().square();
  Vector<double> rho = Vector<double>::Constant(N, squares.sum());
  if (network.mask.size() > 0) rho = network.mask * squares;
  const Vector<double> opposes =
      synapse.beta / static_cast<double>(N) * rho.array() * c.array() * kappa.array().square();

  Matrix<double> joint(2 * N, 2 * N);
  joint << J, Matrix<double>(c.asDiagonal()), -(opposes.asDiagonal() * J),
      Matrix<double>((-1 - opposes.array() * c.array()).matrix().asDiagonal());
  joint.topRows(N) = network.tau_ms.cwiseInverse().asDiagonal() * joint.topRows(N);
  joint.bottomRows(N) /= synapse.tau_s_ms;
  if (!map) return joint;
  return Matrix<double>::Identity(2 * N, 2 * N) + *network.dt_ms * joint;
}

double tcr_remaining_eigenvalue(const System& system, const TcrSynapse& synapse) {
  return system.as() == System::As::map ? 1 - *system.network().dt_ms / synapse.tau_s_ms : -1 / synapse.tau_s_ms;
}

}  // namespace stillpoint
