#include "analysis/stepper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {
constexpr Index most_entries = 1 << 18;  // of states stepped at once: synapses make them large, and memory is slow
}

namespace {
bool within(double bound, const Matrix<double>& x) { return x.cwiseAbs().maxCoeff<Eigen::PropagateNaN>() <= bound; }
}  // namespace

bool has_finite_squares(const Matrix<double>& x) { return within(1e100, x); }

bool has_diverged(const Matrix<double>& x) { return !within(1e6, x); }

void require_bounded(const Matrix<double>& x) {
  if (!has_finite_squares(x))
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

Linearisation linearisation_of(const Equations& equations, const Vector<double>& x) {
  if (equations.linearised) return equations.linearised(x);
  return {equations.tangent(x, Matrix<double>::Identity(equations.dimension, equations.dimension))};
}

Stepper::Stepper(Equations equations, Method method, double dt_ms)
    : equations_(std::move(equations)), method_(method), dt_ms_(equations_.map ? equations_.step_ms : dt_ms) {
  require_parameter(std::isfinite(dt_ms_) && dt_ms_ > 0, "dt_ms", fmt::format("{}", dt_ms_),
                    "must be a number > 0 [ms]");
  require_parameter(method_ == Method::euler || method_ == Method::rk4, "method",
                    method_names()[static_cast<std::size_t>(method_)], "must be euler or rk4");
}

Index Stepper::steps(double duration_ms) const { return static_cast<Index>(std::llround(duration_ms / dt_ms_)); }

std::optional<Stepper> Stepper::latent() const {
  return equations_.latent ? std::optional(Stepper(equations_.latent->equations, method_, dt_ms_)) : std::nullopt;
}

double Stepper::kept_by_leak() const {
  Matrix<double> x = Matrix<double>::Ones(1, 1);
  Stepper(equations_.latent->leak, method_, dt_ms_).advance(x);
  return x(0, 0);
}

void Stepper::advance(Matrix<double>& x) const {
  const Index width = std::max<Index>(1, most_entries / x.rows());
  if (x.cols() <= width) return step(equations_.value, x);
  for (Index first = 0; first < x.cols(); first += width) {
    Matrix<double> some = x.middleCols(first, std::min(width, x.cols() - first));
    step(equations_.value, some);
    x.middleCols(first, some.cols()) = some;
  }
}

void Stepper::advance(Vector<double>& x, Matrix<double>& q) const {
  // The chain rule through the stages of the state's own step makes them those of the variational equation.
  Matrix<double> joint(x.size(), 1 + q.cols());
  joint << x, q;
  const auto along = [this](const Matrix<double>& at) {
    const Vector<double> state = at.col(0);
    Matrix<double> moved(at.rows(), at.cols());
    moved << equations_.value(state), equations_.tangent(state, at.rightCols(at.cols() - 1));
    return moved;
  };
  step(along, joint);
  x = joint.col(0);
  q = joint.rightCols(q.cols());
}

template <class Right>
void Stepper::step(const Right& F, Matrix<double>& x) const {
  look_aside();
  const double h = dt_ms_;
  if (equations_.map) {
    x = F(x);
  } else if (method_ == Method::euler) {
    x += h * F(x);
  } else {
    const Matrix<double> k1 = F(x), k2 = F(x + h / 2 * k1), k3 = F(x + h / 2 * k2), k4 = F(x + h * k3);
    x += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
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
  if (equations.latent) {  // one tau
    auto latent = *equations.latent;
    for (auto* part : {&latent.equations, &latent.leak})
      part->value = [f = factor(0), F = part->value](const Matrix<double>& z) -> Matrix<double> { return f * F(z); };
    latent.equations.tangent = [f = factor(0), J = latent.equations.tangent](
                                   const Vector<double>& z, const Matrix<double>& q) -> Matrix<double> {
      return f * J(z, q);
    };
    equations.latent = std::make_shared<const LatentEquations>(std::move(latent));
  }
  equations.value = [factor, F = equations.value](const Matrix<double>& x) -> Matrix<double> {
    return factor.asDiagonal() * F(x);
  };
  equations.tangent = [factor, J = equations.tangent](const Vector<double>& x,
                                                      const Matrix<double>& q) -> Matrix<double> {
    return factor.asDiagonal() * J(x, q);
  };
  if (equations.linearised)
    equations.linearised = [factor, N = tau_ms.size(), L = equations.linearised](const Vector<double>& x) {
      auto linear = L(x);
      linear.matrix.topRows(N) = factor.head(N).asDiagonal() * linear.matrix.topRows(N);
      return linear;
    };
  return Stepper(equations, Method::euler, dt_ms);
}

}  // namespace stillpoint
