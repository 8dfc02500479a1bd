// What a temporal-consistency synapse does to the stability of a fixed point; where the point is it leaves alone.
#pragma once

#include "analysis/system.hpp"

namespace stillpoint {

struct TcrSynapse {
  double beta, tau_s_ms;
};

/// tau_s dS_ij/dt = -S_ij - (beta/N) v_i d_i r_j (docs/model.md) has S = 0 where the rates rest (v = 0). Near a fixed
/// point (r*, 0) S acts through w = S r* alone, and the joint system of (r, S) closes on 2N variables:
///
///   tau   dr/dt =  J r + Phi w                               J = -1 + Phi W,  Phi = diag(phi'),  rho = |r*|^2 / N
///   tau_s dw/dt = -w - beta rho Phi (J r + Phi w)
///
/// and N^2 - N directions of S that leave w alone decay with -1/tau_s. For leaky_current Phi in the first row is 1, and
/// in the second row the first Phi is Phi^2 and the other one 1. With a mask, rho is the row's own: the sum over the
/// existing synapses.
///
/// Returns the 2N x 2N matrix, rows divided by tau and tau_s: [1/ms] of a flow; of a map, its joint explicit Euler
/// step. Throws UserError where the network is not leaky_rate, leaky_current or low_rank.
Matrix<double> tcr_linearisation(const System& system, const Vector<double>& x, const TcrSynapse& synapse);

/// The eigenvalue of the N^2 - N other directions (with a mask: one per existing synapse less N): -1/tau_s [1/ms], of a
/// map 1 - dt/tau_s.
double tcr_remaining_eigenvalue(const System& system, const TcrSynapse& synapse);

/// Throws UserError "synapse = tcr: .." where the network has no such linearisation.
void require_tcr(const System& system);

}  // namespace stillpoint
