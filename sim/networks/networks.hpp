// The kinds of networks with their parameters: what makes a NetworkModel (sim/network.hpp). Equations and sources are in
// the file of each kind.
#pragma once

#include "sim/initial_weights.hpp"
#include "sim/network.hpp"

namespace stillpoint {

struct RateParameters {
  Nonlinearity nonlinearity = Nonlinearity::tanh;  // phi, from input to firing rate
  double rate_hz = 0;                              // what a rate of 1 means [Hz], of rates >= 0; 0: rates have no unit
};

struct TauParameters {
  Range tau_ms{50, 50};   // membrane time constant [ms]; a range draws one per neuron
  double tau_spread = 0;  // SD of log tau: log-normal with median tau_ms; needs one tau_ms
};

struct LeakyParameters {
  TauParameters taus;
  RateParameters rates;
  WiringParameters wiring;
};
/// tau dr/dt = -r + phi(u): the state is the rate.
NetworkModel leaky_rate(const LeakyParameters& parameters = {});
/// tau dx/dt = -x + u, r = phi(x): the state is the current.
NetworkModel leaky_current(const LeakyParameters& parameters = {});

struct MapParameters {
  RateParameters rates;
  WiringParameters wiring;
};
/// r(t+1) = phi(u)
NetworkModel rnn_map(const MapParameters& parameters = {});

struct LowRankParameters {
  TauParameters taus;
  RateParameters rates;
  Index rank = 1;   // R of what learns
  double bulk = 0;  // gain of a random full-rank matrix beside it that does not learn; 0: none
};
/// leaky_rate with W = M V^T / N + bulk.
NetworkModel low_rank(const LowRankParameters& parameters = {});
/// leaky_current with such a W.
NetworkModel low_rank_current(const LowRankParameters& parameters = {});

struct PlrnnParameters {
  double A = 0.7;  // initial diagonal: what a neuron keeps per step
};
/// x(t+1) = A x + W relu(x) + W_in s + b
NetworkModel plrnn(const PlrnnParameters& parameters = {});

/// Long short-term memory.
NetworkModel lstm();

}  // namespace stillpoint
