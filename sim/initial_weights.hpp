// How recurrent weights are drawn and wired: regimes, sparse and modular masks, Dale's law.
#pragma once

#include "sim/network.hpp"
#include "sim/options/parameter_list.hpp"
#include "sim/random.hpp"

namespace stillpoint {

/// How recurrent weights are drawn and which exist.
struct WiringParameters {
  enum class Regime { gaussian, spectral_radius, orthogonal, identity } weights = Regime::gaussian;
  bool autapses = true;         // a neuron may connect to itself
  double density = 1;           // probability that a connection exists (within a block)
  Index modules = 1;            // blocks of neurons
  double density_between = .1;  // between blocks, where there are several
  double excitatory = 0;        // share of excitatory neurons (Dale's law); 0: neurons have no sign
};
const ParameterList<WiringParameters>& wiring_list();

/// Sets W, mask and sign of N neurons at gain g. Weights come from `stream`, first of all draws; the mask has a stream of its own.
///
///   gaussian         W_ij ~ N(0, g^2 / (N p)), p the share of connections that exist
///   spectral_radius  the same, scaled so that the largest |eigenvalue| of this very W is g
///   orthogonal       g Q, Q uniform among rotations and reflections
///   identity         g I (Le, Jaitly & Hinton 2015, arXiv:1504.00941)
///
/// Dale's law: the first round(f N) neurons are excitatory. |W_ij| is half-normal with scales sigma_E = k (1-f) and
/// sigma_I = k f, so that excitation and inhibition cancel on average; then each row's inhibition is scaled so that they
/// cancel in that row, which takes away the eigenvalues outside the bulk (Rajan & Abbott 2006,
/// doi:10.1103/PhysRevLett.97.188104). The bulk has radius g, as without Dale's law, when N times the mean variance of
/// an entry is g^2: k = g / sqrt(N p (1 - 2p/pi) f (1-f)).
///
/// Throws ParameterError where the parameters contradict one another.
void draw_recurrent_weights(Network<double>& network, const NetworkParameters& common, const WiringParameters& wiring,
                            Stream& stream, std::uint64_t seed);

/// Neurons to which the mask leaves no connection.
std::vector<Index> neurons_without_input(const Network<double>& network);

}  // namespace stillpoint
