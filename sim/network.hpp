// Weights and parameters of a recurrent network, as plain values.
//
//   tau dx/dt = -x + f(u),   u = (W + S) z + W_in s + b + W_fb y_hat + xi        (sim/dynamics.hpp says what f and r
//   are) y_hat = W_out r + b_out
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/nonlinearity.hpp"
#include "sim/option.hpp"
#include "sim/types.hpp"

namespace stillpoint {

template <class Scalar>
struct Network {
  std::string kind = "leaky_rate";  // a name of network_kinds()
  Nonlinearity nonlinearity = Nonlinearity::tanh;
  Matrix<Scalar> W;       // N x N, row = postsynaptic neuron
  Matrix<Scalar> W_in;    // N x K
  Vector<Scalar> b;       // N
  Matrix<Scalar> W_out;   // O x N
  Vector<Scalar> b_out;   // O
  Matrix<Scalar> W_fb;    // N x O feedback of the readout, or empty
  Vector<Scalar> tau_ms;  // N, membrane time constant [ms], > 0
  Matrix<Scalar> mask;    // N x N, 1 where a connection may exist and 0 elsewhere, or empty: all may
  Vector<Scalar> r0;      // N, state at trial start (r, or x of leaky_current), or empty: drawn anew for each trial
  std::optional<double> dt_ms;  // step it was trained with [ms]; absent: a flow

  Index size() const { return W.rows(); }
  Index inputs() const { return W_in.cols(); }
  Index outputs() const { return W_out.rows(); }

  template <class Other>
  Network<Other> cast() const;

  /// Throws UserError that begins with `where` when a shape, a value or a time constant is impossible (NaN included).
  void check(const std::string& where) const;
};

/// One kind of network: its name, one line of help.
struct NetworkKind {
  std::string name, help;
};
const std::vector<NetworkKind>& network_kinds();

/// Options network.*
std::vector<Option> network_options();

/// W_ij ~ N(0, g^2/N), W_in ~ N(0, 1), W_out ~ N(0, 1/N), biases 0: the weights of one seed differ between gains by a
/// factor only.
Network<double> make_network(const Options& options, Index inputs, Index outputs, std::uint64_t seed);

}  // namespace stillpoint
