// A network and its short-term synapses as one autonomous system (docs/model.md), with its Jacobian.
//
//   TCR              tau_s dS_ij/dt = -S_ij - (beta/N) v_i d_i r_j                u = W r + S r + ..
//   Tsodyks-Markram  dp/dt = (U - p)/tau_f + U (1 - p) f                          u = W (a r) + ..
//                    dq/dt = (1 - q)/tau_d - p q f,   a = p q, over its value at rest
//
// p use, q resource, f the presynaptic rate per ms, f_max (r+1)/2 of tanh and f_max r of the other nonlinearities. The
// joint state is (x, S by columns) or (x, p, q). As a map it is the explicit Euler step of both.
#pragma once

#include <variant>

#include "analysis/points/tcr_stability.hpp"
#include "analysis/stepper.hpp"

namespace stillpoint {

/// Tsodyks, Pawelzik & Markram 1998, doi:10.1162/089976698300017502
struct TsodyksMarkramSynapse {
  double use = 0.2, tau_f_ms = 1500, tau_d_ms = 200, f_max_hz = 20;
  bool normalised = true;  // a is 1 at rest
  bool signed_rates;       // of tanh: r from -1 to 1

  double firing_slope() const { return f_max_hz / 1000 / (signed_rates ? 2 : 1); }  // df/dr
  double firing(double r) const { return firing_slope() * (signed_rates ? r + 1 : r); }
  double steady_use(double f) const { return use * (1 + tau_f_ms * f) / (1 + use * tau_f_ms * f); }
  double steady_resource(double f) const { return 1 / (1 + tau_d_ms * steady_use(f) * f); }
  /// a over p q
  double scale() const { return normalised ? 1 / (steady_use(firing(0)) * steady_resource(firing(0))) : 1; }
};

using SynapseModel = std::variant<TcrSynapse, TsodyksMarkramSynapse>;

/// Throws UserError "synapse = ..": leaky_rate, leaky_current, low_rank and rnn_map have such equations here.
void require_synaptic(const System& system, const SynapseModel& synapse);

/// x(0) with the synapses of a trial's start: S = 0, or p and q at rest. D entries.
Vector<double> with_resting_synapses(const System& system, const SynapseModel& synapse, const Vector<double>& x);

/// The joint system; `system` must outlive what is returned. A tangent of TCR costs N^2 operations per vector. Throws
/// as require_synaptic does.
Equations equations_with_synapse(const System& system, const SynapseModel& synapse);

}  // namespace stillpoint
