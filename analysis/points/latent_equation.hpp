// The fixed points of a rate network in as few dimensions as it has:
//
//   scale z = A phi(B z + b)        u = B z + b: the drive
//
//   W of full rank   z = u - b       A = W, B = 1                    n = N
//   W = M V^T / N    z = V^T r / N   A = V^T, B = M, scale = N       n = R (the latent variables of Mastrogiuseppe & Ostojic
//                                                                     2018, doi:10.1016/j.neuron.2018.07.003)
//
// The state is phi(u) where it is a rate, u where it is a current. A flow and its explicit Euler map have the same points.
#pragma once

#include <optional>

#include "analysis/points/newton.hpp"

namespace stillpoint {

struct LatentEquation {
  double scale;
  Matrix<double> A, B;  // n x N, N x n
  Vector<double> b;     // N
  Nonlinearity phi;
  bool rate_is_state;
  Matrix<double> V;  // N x R; empty: full rank

  Index dimension() const { return A.rows(); }
  /// x, N entries, that rests where z solves the equation.
  Vector<double> state_of(const Vector<double>& z) const;
  /// z of a state at rest.
  Vector<double> latent_of(const Vector<double>& x) const;

  /// Zero where z solves it: A phi(B z + b) / scale - z. Its Jacobian at a point has the eigenvalues of the flow in units of
  /// 1/tau where neurons share a tau; the other N - n are -1. The equation must outlive it.
  Velocity velocity() const;

  /// Nothing for networks that are not leaky (lstm, plrnn). W with a bulk or with a fed-back readout counts as of full rank.
  static std::optional<LatentEquation> of(const System& system);
};

}  // namespace stillpoint
