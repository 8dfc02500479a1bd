#include "analysis/stepper.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/random.hpp"

namespace stillpoint {

void require_bounded(const Matrix<double>& x) {
  if (!(x.cwiseAbs().maxCoeff<Eigen::PropagateNaN>() <= 1e100))  // squares of it would not be finite
    throw UserError("the state grows without bound: it is past 1e100 (weights too strong, or dt too long?)");
}

void require_duration(const std::string& name, double duration_ms) {
  require_parameter(std::isfinite(duration_ms) && duration_ms >= 0, name, fmt::format("{}", duration_ms),
                    "must be a number >= 0 [ms]");
}

Equations equations_of(const System& system) {
  Equations equations;
  equations.dimension = system.dimension();
  equations.map = system.as() == System::As::map;
  if (equations.map) {
    equations.step_ms = system.tau_ms()(0);
    equations.value = [&system](const Matrix<double>& x) { return system.next(x); };
    equations.tangent = [&system](const Vector<double>& x, const Matrix<double>& q) { return system.tangent(x, q); };
  } else {
    const Vector<double> rate = system.tau_ms().cwiseInverse();
    equations.value = [&system, rate](const Matrix<double>& x) -> Matrix<double> {
      return rate.asDiagonal() * system.velocity(x);
    };
    equations.tangent = [&system, rate](const Vector<double>& x, const Matrix<double>& q) -> Matrix<double> {
      return rate.asDiagonal() * system.tangent(x, q);
    };
  }
  return equations;
}

Stepper::Stepper(Equations equations, Method method, double dt_ms)
    : equations_(std::move(equations)), method_(method), dt_ms_(equations_.map ? equations_.step_ms : dt_ms) {
  require_parameter(std::isfinite(dt_ms_) && dt_ms_ > 0, "dt_ms", fmt::format("{}", dt_ms_),
                    "must be a number > 0 [ms]");
  require_parameter(method_ == Method::euler || method_ == Method::rk4, "method",
                    method_names()[static_cast<std::size_t>(method_)], "must be euler or rk4");
}

Index Stepper::steps(double duration_ms) const { return static_cast<Index>(std::llround(duration_ms / dt_ms_)); }

void Stepper::advance(Matrix<double>& x) const {
  const auto& F = equations_.value;
  if (equations_.map) {
    x = F(x);
  } else if (method_ == Method::euler) {
    x += dt_ms_ * F(x);
  } else {
    const double h = dt_ms_;
    const Matrix<double> k1 = F(x), k2 = F(x + h / 2 * k1), k3 = F(x + h / 2 * k2), k4 = F(x + h * k3);
    x += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
}

void Stepper::advance(Vector<double>& x, Matrix<double>& q) const {
  const auto& F = equations_.value;
  const auto& J = equations_.tangent;
  const double h = dt_ms_;
  if (equations_.map) {
    q = J(x, q);
    x = F(x);
  } else if (method_ == Method::euler) {
    q += h * J(x, q);
    x += h * F(x);
  } else {
    // The chain rule through the four stages of the state's own step.
    const Vector<double> k1 = F(x), x2 = x + h / 2 * k1, k2 = F(x2), x3 = x + h / 2 * k2, k3 = F(x3), x4 = x + h * k3;
    Matrix<double> stage = J(x, q), sum = stage;
    stage = J(x2, q + h / 2 * stage);
    sum += 2 * stage;
    stage = J(x3, q + h / 2 * stage);
    sum += 2 * stage;
    sum += J(x4, q + h * stage);
    q += h / 6 * sum;
    x += h / 6 * (k1 + 2 * k2 + 2 * k3 + F(x4));
  }
}

Stepper network_stepper(const System& system, Method method, double dt_ms) {
  return leaky_stepper(equations_of(system), system.tau_ms(), method, dt_ms);
}

Stepper leaky_stepper(Equations equations, const Vector<double>& tau_ms, Method method, double dt_ms) {
  if (equations.map) return Stepper(equations);
  const double tau = tau_ms.minCoeff();
  if (dt_ms == 0) dt_ms = tau / 10;
  require_parameter(dt_ms > 0 && dt_ms <= tau, "dt_ms", fmt::format("{}", dt_ms),
                    fmt::format("must be > 0 and at most the shortest time constant, {} ms", tau));
  if (method != Method::exponential_euler) return Stepper(equations, method, dt_ms);
  // Euler, with alpha = 1 - exp(-dt/tau) in place of dt/tau.
  Vector<double> factor = Vector<double>::Ones(equations.dimension);
  factor.head(tau_ms.size()) = -(-dt_ms / tau_ms.array()).expm1() * tau_ms.array() / dt_ms;
  equations.value = [factor, F = equations.value](const Matrix<double>& x) -> Matrix<double> {
    return factor.asDiagonal() * F(x);
  };
  equations.tangent = [factor, J = equations.tangent](const Vector<double>& x,
                                                      const Matrix<double>& q) -> Matrix<double> {
    return factor.asDiagonal() * J(x, q);
  };
  return Stepper(equations, Method::euler, dt_ms);
}

Matrix<double> start_states(const System& system, Index count, double spread, std::uint64_t seed) {
  require_parameter(std::isfinite(spread) && spread > 0, "spread", fmt::format("{}", spread), "must be a number > 0");
  require_parameter(count > 0, "samples", fmt::format("{}", count), "must be an integer > 0");
  Matrix<double> x(system.dimension(), count);
  for (Index i = 0; i < count; ++i)
    Stream(seed, Purpose::initial_state, 0, static_cast<std::uint64_t>(i)).fill_normal(x.col(i), spread);
  if (network_kind(system.network().kind).starts_from_rate) apply<double>(system.network().nonlinearity, x);
  return x;
}

}  // namespace stillpoint
