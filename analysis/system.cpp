#include "analysis/system.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/blas.hpp"
#include "sim/look_aside.hpp"

namespace stillpoint {

namespace {

/// Any step serves a flow: velocity and Jacobian are taken from the step and divided by it.
Integration step_of(const Network<double>& network, System::As as) {
  return {Method::euler,
          as == System::As::map ? network.dt_ms.value_or(network.tau_ms(0)) : network.tau_ms.minCoeff() / 2, 0};
}

}  // namespace

System::As System::as_trained(const Network<double>& network) {
  return network_kind(network.kind).map || network.dt_ms ? As::map : As::flow;
}

System::System(const Network<double>& network, const Vector<double>& input, As as)
    : network_(network), as_(as), dimension_(network_kind(network.kind).states * network.size()) {
  const auto& kind = network_kind(network.kind);
  require_parameter(input.size() == network.inputs(), "input", fmt::format("{} values", input.size()),
                    fmt::format("the network has {} input channels", network.inputs()));
  require_parameter(!kind.map || as == As::map, "as", "flow", fmt::format("a {} is a map", kind.name));
  require_parameter(kind.map || as == As::flow || network.dt_ms.has_value(), "as", "map",
                    "the network file does not say with which step (dt_ms)");
  dynamics_ = make_dynamics(network_, step_of(network_, as));
  if (kind.map || as == As::flow)
    tau_ms_ = dynamics_->tau_ms().replicate(kind.states, 1);
  else
    tau_ms_.setConstant(dimension_, *network.dt_ms);
  constant_ = network.b;
  if (input.size() > 0) constant_ += network.W_in * input;
}

double System::reference_tau_ms() const { return std::exp(tau_ms_.array().log().mean()); }

Matrix<double> System::kept_drive(const Matrix<double>& x, Matrix<double>& r) const {
  const ProductsOnOneThread products;
  r.resize(network_.size(), x.cols());
  dynamics_->rate(x, r);
  Matrix<double> u = drive(x, r);
  dynamics_->activate(u);
  return u;
}

Matrix<double> System::drive(const Matrix<double>& x, const Matrix<double>& z) const {
  Matrix<double> u = constant_.replicate(1, x.cols());
  Recurrence<double>().add(network_, z, u);
  if (network_.W_fb.size() > 0) u += network_.W_fb * ((network_.W_out * read(x)).colwise() + network_.b_out);
  return u;
}

Matrix<double> System::drive_tangent(const Matrix<double>& dx, const Matrix<double>& dr,
                                     const Matrix<double>& dz) const {
  Matrix<double> du = Matrix<double>::Zero(constant_.size(), dx.cols());
  Recurrence<double>().add(network_, dz, du);
  if (network_.W_fb.size() > 0) du += network_.W_fb * (network_.W_out * (dynamics_->reads_state() ? dx : dr));
  return du;
}

Matrix<double> System::moved(const Matrix<double>& x, const Matrix<double>& f) const {
  Matrix<double> result = x;
  if (dynamics_->is_map()) {
    dynamics_->map(f, result);
    return result;
  }
  dynamics_->derivative(x, f, result);
  if (as_ == As::map) result = x + step_of(network_, as_).dt_ms * result;
  return result;
}

Matrix<double> System::velocity(const Matrix<double>& x) const {
  look_aside();
  Matrix<double> r;
  const auto f = kept_drive(x, r);
  if (as_ == As::map) return moved(x, f) - x;
  return moved(x, f).array().colwise() * tau_ms_.array();
}

Matrix<double> System::next(const Matrix<double>& x, double dt_ms) const {
  look_aside();
  Matrix<double> r;
  const auto f = kept_drive(x, r);
  if (as_ == As::map) return moved(x, f);
  return x + dt_ms * moved(x, f);
}

Matrix<double> System::jacobian(const Vector<double>& x) const {
  look_aside();
  const ProductsOnOneThread products;
  Matrix<double> jacobian = network_kind(network_.kind).acts_on_rates ? step_from_factors(x) : step_back(x);
  if (as_ == As::map) return jacobian;
  jacobian.diagonal().array() -= 1;
  return jacobian.array().colwise() / dynamics_->alpha().array();
}

// diag(a) + diag(c) (W diag(kappa) + W_fb W_out diag(rho)), in O(N^2)
Matrix<double> System::step_from_factors(const Vector<double>& x) const {
  const Index N = network_.size();
  Matrix<double> r, c = Matrix<double>::Ones(N, 1), kappa = c, rho = c;
  const auto f = kept_drive(x, r);
  dynamics_->multiply_step_gain(f, c);
  dynamics_->multiply_rate_gain(r, kappa);
  dynamics_->multiply_readout_gain(r, rho);
  Matrix<double> step = network_.recurrent() * kappa.col(0).asDiagonal();
  if (network_.W_fb.size() > 0) step += network_.W_fb * (network_.W_out * rho.col(0).asDiagonal());
  step = c.col(0).asDiagonal() * step;
  step.diagonal() += dynamics_->leak();
  return step;
}

Matrix<double> System::step_back(const Vector<double>& x) const {
  // One step back of every direction at once: column i of q is row i of the step's Jacobian.
  const Index D = dimension_;
  const Matrix<double> states = x.replicate(1, D);
  Matrix<double> r, q = Matrix<double>::Identity(D, D);
  const auto f = kept_drive(states, r);
  Matrix<double> signal(f.rows(), D);
  dynamics_->pull_back(states, f, q, signal);
  Matrix<double> back = network_.recurrent().transpose() * signal;
  if (network_.W_fb.size() > 0) {
    const Matrix<double> through_readout = network_.W_out.transpose() * (network_.W_fb.transpose() * signal);
    if (dynamics_->reads_state())
      q += through_readout;
    else
      back += through_readout;
  }
  dynamics_->rate_back(r, back, q);
  return q.transpose();
}

Matrix<double> System::tangent(const Vector<double>& x, const Matrix<double>& q) const {
  const ProductsOnOneThread products;
  if (!network_kind(network_.kind).acts_on_rates) return jacobian(x) * q;
  Matrix<double> r, kappa = Matrix<double>::Ones(dimension_, 1);
  const auto f = kept_drive(x, r);
  dynamics_->multiply_rate_gain(r, kappa);
  const Matrix<double> dr = kappa.col(0).asDiagonal() * q;
  return tangent(f, q, drive_tangent(q, dr, dr));
}

// The step moves dx to a dx + c du.
Matrix<double> System::tangent(const Matrix<double>& f, const Matrix<double>& dx, const Matrix<double>& du) const {
  Vector<double> c = Vector<double>::Ones(dimension_);
  dynamics_->multiply_step_gain(f, c);
  if (as_ == As::map) return dynamics_->leak().asDiagonal() * dx + c.asDiagonal() * du;
  return c.cwiseQuotient(dynamics_->alpha()).asDiagonal() * du - dx;
}

Matrix<double> System::read(const Matrix<double>& x) const {
  if (dynamics_->reads_state() || dynamics_->rate_is_state()) return x;
  Matrix<double> r(network_.size(), x.cols());
  dynamics_->rate(x, r);
  return r;
}

}  // namespace stillpoint
