#include "analysis/points/latent_equation.hpp"

namespace stillpoint {

Vector<double> LatentEquation::state_of(const Vector<double>& z) const {
  Matrix<double> x = B * z + b;
  if (rate_is_state) apply<double>(phi, x);
  return x;
}

Vector<double> LatentEquation::latent_of(const Vector<double>& x) const {
  if (V.size() == 0 && !rate_is_state) return x - b;
  Matrix<double> r = x;
  if (!rate_is_state) apply<double>(phi, r);
  return A * r / scale;
}

Velocity LatentEquation::velocity() const {
  const auto rates = [this](const Vector<double>& z) {
    Matrix<double> r = B * z + b;
    apply<double>(phi, r);
    return r;
  };
  return {[=](const Vector<double>& z) -> Vector<double> { return A * rates(z) / scale - z; },
          [=](const Vector<double>& z) -> Matrix<double> {
            Matrix<double> slope = Matrix<double>::Ones(A.cols(), 1);
            multiply_by_slope<double>(phi, rates(z), slope);
            Matrix<double> J = A * slope.col(0).asDiagonal() * B / scale;
            J.diagonal().array() -= 1;
            return J;
          }};
}

std::optional<LatentEquation> LatentEquation::of(const System& system) {
  const auto& network = system.network();
  const auto& kind = network_kind(network.kind);
  if (!kind.acts_on_rates || kind.diagonal) return std::nullopt;
  const bool feedback = network.W_fb.size() > 0;
  LatentEquation equation{1, {}, {}, system.constant(), network.nonlinearity, system.dynamics().rate_is_state(), {}};
  if (feedback) equation.b += network.W_fb * network.b_out;
  if (network.has_factors() && network.bulk.size() == 0 && !feedback) {
    equation.scale = static_cast<double>(network.size());
    equation.A = network.V.transpose();
    equation.B = network.M;
    equation.V = network.V;
    return equation;
  }
  equation.A = network.recurrent();
  if (feedback) equation.A += network.W_fb * network.W_out;
  equation.B = Matrix<double>::Identity(network.size(), network.size());
  return equation;
}

}  // namespace stillpoint
