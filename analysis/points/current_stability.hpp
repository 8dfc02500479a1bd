// Stability of a fixed point with a synapse whose N^2 weights S act through one current, S r: 2N directions in the place
// of N + N^2. Temporal consistency is the case in point.
//
// Where the rates rest at r*, or for a moment anywhere on a path, let S change by dS/dt = lambda S + g(r, q), any g of
// rates and postsynaptic factor. Then (x, w), w = S r*, is a closed system, and N^2 - N directions of S that leave w alone decay with lambda. Of temporal
// consistency, with J = -1 + W Phi (leaky_rate: Phi W), Phi = diag(phi') and rho = |r*|^2 / N:
//
//   tau   dr/dt =  J r + Phi w
//   tau_s dw/dt = -w - beta rho Phi (J r + Phi w)
//
// What w does is taken from the joint system along x and along S_ij = s_i r_j / |r|: w_i = |r| s_i. Each row has an r of
// its own: the rates that reach it through synapses that exist, as the tangent of the current tells.
#pragma once

#include <optional>

#include "analysis/synaptic_equations.hpp"

namespace stillpoint {

/// The 2N x 2N matrix of (x, s) at y = (x, S): [1/ms] of a flow; of a map, of its joint step. Nothing where S is not
/// N x N or acts in another way. Throws as equations_with_synapse does.
std::optional<Matrix<double>> current_linearisation_at(const System& system, const ContinuousSynapse<double>& synapse,
                                                       const Vector<double>& y);
/// The same at (x, S at rest).
std::optional<Matrix<double>> current_linearisation(const System& system, const ContinuousSynapse<double>& synapse,
                                                    const Vector<double>& x);

/// lambda [1/ms], of a map 1 + dt lambda: the eigenvalue of the N^2 - N other directions (with a mask: one per existing
/// synapse less N).
double remaining_eigenvalue(const System& system, const ContinuousSynapse<double>& synapse);

}  // namespace stillpoint
