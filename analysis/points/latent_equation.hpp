// A rate network in as few dimensions as it has:
//
//   scale z = A phi(B z + b) where it rests        u = B z + b: the drive
//
//   W of full rank   z = u - b       A = W, B = 1                    n = N
//   W = M V^T / N    z = V^T r / N   A = V^T, B = M, scale = N       n = R (the latent variables of Mastrogiuseppe & Ostojic
//                                                                     2018, doi:10.1016/j.neuron.2018.07.003)
//
// The state is phi(u) where it is a rate, u where it is a current. A flow and its explicit Euler map have the same points.
//
// Where neurons share tau, z of low rank follows a law of its own, tau dz/dt = A phi(B z + b) / scale - z: of rates for
// every state, z = A r / scale; of currents once they lie in the span of b and M, to which the others decay with tau. So
// N - n eigenvalues and exponents are those of the leak, and n those of z.
#pragma once

#include <optional>

#include "analysis/points/newton.hpp"
#include "analysis/stepper.hpp"

namespace stillpoint {

struct LatentEquation {
  double scale;
  Matrix<double> A, B;  // n x N, N x n
  Vector<double> b;     // N
  Nonlinearity phi;
  bool rate_is_state;
  Matrix<double> V;         // N x R; empty: full rank
  bool recognised = false;  // of low rank by its numbers: W has no factors

  Index dimension() const { return A.rows(); }
  /// x, N entries, that rests where z solves the equation.
  Vector<double> state_of(const Vector<double>& z) const;
  /// z of a state: of rates always, of currents at rest.
  Vector<double> latent_of(const Vector<double>& x) const;

  /// A phi(B z + b) / scale - z; n x B -> n x B
  Matrix<double> value(const Matrix<double>& z) const;
  /// Its Jacobian at z times q; n x k -> n x k
  Matrix<double> tangent(const Vector<double>& z, const Matrix<double>& q) const;
  /// Zero where z solves it. Its Jacobian at a point has the eigenvalues of the flow in units of 1/tau where neurons share
  /// a tau; the other N - n are -1. The equation must outlive it.
  Velocity velocity() const;

  /// N x R: of all rates r with A r = scale z the smallest is this times z.
  Matrix<double> least_rates() const;

  /// Nothing for networks that are not leaky (lstm, plrnn). W with a bulk or with a fed-back readout counts as of full rank.
  static std::optional<LatentEquation> of(const System& system);
  /// Only of low rank: of factors, or where the rank of W (what is fed back included) is at most N/4 to rounding.
  static std::optional<LatentEquation> of_low_rank(const System& system);
};

bool has_one_tau(const System& system);

/// equations_of, with what follows z alone beside it where the network is of low rank and its neurons share tau.
Equations equations_with_latent(const System& system);

}  // namespace stillpoint
