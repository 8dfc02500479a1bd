// Weights and parameters of a recurrent network, as plain values; sim/networks/ has the equations of each kind.
//
//   u = (W + S) z + W_in s + b + W_fb y_hat + xi       drive, given what the recurrent weights act on, z
//   y_hat = W_out r + b_out
//
// W is one matrix, or the product of two factors and a fixed matrix: W = bulk + (1/N) M V^T.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/nonlinearity.hpp"
#include "sim/options/option.hpp"
#include "sim/types.hpp"

namespace stillpoint {

/// N neurons; D entries of state and U of drive per trial: N and N, but for lstm (2N: h, c; 4N: gates i f g o).
template <class Scalar>
struct Network {
  std::string kind = "leaky_rate";  // a name of network_kinds()
  Nonlinearity nonlinearity = Nonlinearity::tanh;
  Matrix<Scalar> W;       // U x N, row = postsynaptic neuron (or gate); empty where there are factors
  Matrix<Scalar> W_in;    // U x K
  Vector<Scalar> b;       // U
  Matrix<Scalar> W_out;   // O x N
  Vector<Scalar> b_out;   // O
  Matrix<Scalar> W_fb;    // U x O feedback of the readout, or empty
  Vector<Scalar> tau_ms;  // N, membrane time constant [ms], > 0; of a map its step
  Matrix<Scalar> mask;    // as W, 1 where a connection may exist and 0 elsewhere, or empty: all may
  Vector<Scalar> r0;      // D, state at trial start (r, or x of leaky_current), or empty: drawn anew for each trial
  Matrix<Scalar> M, V;    // N x R, factors of W, or empty
  Matrix<Scalar> bulk;    // N x N beside the factors, does not learn; or empty
  Vector<Scalar> A;       // N, plrnn: x' = A x + .., or empty
  Vector<Scalar> sign;    // N, +1 excitatory and -1 inhibitory neurons (Dale's law), or empty: a neuron may be both
  std::optional<double> dt_ms;  // step it was trained with [ms]; absent: a flow
  double rate_hz = 0;           // what a rate of 1 means [Hz]; 0: rates have no unit

  Index size() const { return tau_ms.size(); }
  Index inputs() const { return W_in.cols(); }
  Index outputs() const { return W_out.rows(); }
  bool has_factors() const { return M.size() > 0; }
  /// Not every change of W is allowed: some connections may not exist, or may not change their sign.
  bool constrained() const { return mask.size() > 0 || sign.size() > 0; }
  /// W, whatever it is made of.
  Matrix<Scalar> recurrent() const;
  /// Sets to 0 what the mask or Dale's law forbids.
  void keep_constraints();

  template <class Other>
  Network<Other> cast() const;

  /// Throws UserError that begins with `where` when a shape, a value or a time constant is impossible (NaN included).
  void check(const std::string& where) const;
};

template <class Scalar>
class Dynamics;
struct Integration;

/// One kind of network. A new one is one file in sim/networks/ and one line in networks.def.
struct NetworkKind {
  std::string name, help;
  std::vector<Option> options;  // network.*, beside the common ones
  /// Fills what is this kind's own: kind, nonlinearity, W or its factors, tau_ms, b (zeros but for its own).
  void (*initialise)(Network<double>& network, const Options& options, std::uint64_t seed);
  /// Throw UserError where network and integration do not go together.
  std::unique_ptr<Dynamics<float>> (*make_float)(const Network<float>&, const Integration&);
  std::unique_ptr<Dynamics<double>> (*make_double)(const Network<double>&, const Integration&);

  Index gates = 1;                // entries of drive per neuron
  Index states = 1;               // entries of state per neuron
  bool starts_from_rate = false;  // the state is a rate: x(0) = phi of a current ~ .1 N(0,1)
  bool map = false;               // discrete time: no membrane time constant
  bool acts_on_rates = true;  // recurrent weights make one drive per neuron from rates: what short-term plasticity and
                              // rules that name pre- and postsynaptic activity need
};
const std::vector<NetworkKind>& network_kinds();
/// Throws UserError "network.kind = NAME" on an unknown name, listing the known ones.
const NetworkKind& network_kind(const std::string& name);
Option network_kind_option();

/// Options network.* of every kind.
std::vector<Option> network_options();

/// W_in ~ N(0, 1), W_out ~ N(0, 1/N), biases 0, the rest by the kind: the weights of one seed differ between gains by a
/// factor only. With network.start, a trained network plus noise instead.
Network<double> make_network(const Options& options, Index inputs, Index outputs, std::uint64_t seed);

}  // namespace stillpoint
