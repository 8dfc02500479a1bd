#include "analysis/points/latent_equation.hpp"

#include "sim/linear_algebra.hpp"

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

Matrix<double> LatentEquation::value(const Matrix<double>& z) const {
  Matrix<double> r = (B * z).colwise() + b;
  apply<double>(phi, r);
  return A * r / scale - z;
}

Matrix<double> LatentEquation::tangent(const Vector<double>& z, const Matrix<double>& q) const {
  Matrix<double> r = B * z + b, slope = Matrix<double>::Ones(b.size(), 1);
  apply<double>(phi, r);
  multiply_by_slope<double>(phi, r, slope);
  return A * (slope.col(0).asDiagonal() * (B * q)) / scale - q;
}

Velocity LatentEquation::velocity() const {
  return {[this](const Vector<double>& z) -> Vector<double> { return value(z); },
          [this](const Vector<double>& z) { return tangent(z, Matrix<double>::Identity(z.size(), z.size())); }};
}

Matrix<double> LatentEquation::least_rates() const {
  const Matrix<double> unit = Matrix<double>::Identity(dimension(), dimension());
  return least_squares_by_row(A / scale, unit).transpose();
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

std::optional<LatentEquation> LatentEquation::of_low_rank(const System& system) {
  auto equation = of(system);
  if (!equation || equation->V.size() > 0) return equation;
  if (equation->A.isZero(0)) return std::nullopt;
  const auto basis = column_space_of(equation->A);  // Q of W = Q (Q^T W)
  if (4 * basis.cols() > basis.rows()) return std::nullopt;
  equation->A = basis.transpose() * equation->A;
  equation->B = basis;
  equation->V = equation->A.transpose();
  equation->recognised = true;
  return equation;
}

bool has_one_tau(const System& system) {
  const auto& tau_ms = system.network().tau_ms;
  return tau_ms.size() > 0 && (tau_ms.array() == tau_ms(0)).all();
}

Equations equations_with_latent(const System& system) {
  auto equations = equations_of(system);
  const auto found = has_one_tau(system) ? LatentEquation::of_low_rank(system) : std::nullopt;
  if (!found) return equations;
  const auto equation = std::make_shared<const LatentEquation>(*found);
  const double tau_ms = system.network().tau_ms(0), pace = equations.map ? system.tau_ms()(0) / tau_ms : 1 / tau_ms,
               kept = equations.map ? 1 : 0;
  LatentEquations latent;
  latent.equations.dimension = equation->dimension();
  latent.equations.map = equations.map;
  latent.equations.step_ms = equations.step_ms;
  latent.equations.value = [=](const Matrix<double>& z) -> Matrix<double> {
    return kept * z + pace * equation->value(z);
  };
  latent.equations.tangent = [=](const Vector<double>& z, const Matrix<double>& q) -> Matrix<double> {
    return kept * q + pace * equation->tangent(z, q);
  };
  latent.leak.dimension = 1;
  latent.leak.map = equations.map;
  latent.leak.step_ms = equations.step_ms;
  latent.leak.value = [=](const Matrix<double>& x) -> Matrix<double> { return (kept - pace) * x; };
  latent.of = [=](const Vector<double>& x) { return equation->latent_of(x); };
  latent.state = [=, lift = equation->rate_is_state ? equation->least_rates() : equation->B,
                  origin = equation->rate_is_state ? Vector<double>::Zero(equation->b.size()).eval() : equation->b](
                     const Vector<double>& z) -> Vector<double> { return lift * z + origin; };
  equations.latent = std::make_shared<const LatentEquations>(std::move(latent));
  return equations;
}

}  // namespace stillpoint
