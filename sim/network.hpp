// Weights and parameters of a recurrent network, as plain values; sim/networks/ has the equations of each kind.
//
//   u = (W + S) z + W_in s + b + W_fb y_hat + xi       drive, given what the recurrent weights act on, z
//   y_hat = W_out r + b_out
//
// W is one matrix, or the product of two factors and a fixed matrix: W = bulk + (1/N) M V^T.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/nonlinearity.hpp"
#include "sim/options/option.hpp"
#include "sim/types.hpp"

namespace stillpoint {

/// How many rows or columns an array has. `drives` are postsynaptic, `neurons` presynaptic.
enum class ArrayAxis { one, neurons, states, drives, inputs, outputs, rank };

/// One array of a network.
struct ArrayTraits {
  const char* name;
  ArrayAxis rows, columns;  // columns one: a vector
  enum class Role { learns, fixed, constraint } role;
  bool may_be_absent;  // empty: the network has none
};

/// The arrays that may learn: of a network, of its gradient, of a change. N neurons; D entries of state and U of drive
/// per trial: N and N, but for lstm (2N: h, c; 4N: gates i f g o).
template <class Scalar>
struct Weights {
  Matrix<Scalar> W;      // U x N, row = postsynaptic neuron (or gate); of a network: empty where there are factors
  Matrix<Scalar> W_in;   // U x K
  Vector<Scalar> b;      // U
  Matrix<Scalar> W_out;  // O x N
  Vector<Scalar> b_out;  // O
  Matrix<Scalar> M, V;   // N x R, factors of W, or empty
  Vector<Scalar> A;      // N, plrnn: x' = A x + .., or empty
  Vector<Scalar> r0;     // D, state at trial start (r, or x of leaky_current), or empty: drawn anew for each trial
};

/// Calls use(traits, arrays..) for each array that may learn, of one or more sets of weights side by side.
template <class Use, class... Sets>
void for_each_learning_array(Use&& use, Sets&&... of) {
  constexpr auto learns = ArrayTraits::Role::learns;
  use(ArrayTraits{"W", ArrayAxis::drives, ArrayAxis::neurons, learns, false}, of.W...);
  use(ArrayTraits{"W_in", ArrayAxis::drives, ArrayAxis::inputs, learns, false}, of.W_in...);
  use(ArrayTraits{"b", ArrayAxis::drives, ArrayAxis::one, learns, false}, of.b...);
  use(ArrayTraits{"W_out", ArrayAxis::outputs, ArrayAxis::neurons, learns, false}, of.W_out...);
  use(ArrayTraits{"b_out", ArrayAxis::outputs, ArrayAxis::one, learns, false}, of.b_out...);
  use(ArrayTraits{"M", ArrayAxis::drives, ArrayAxis::rank, learns, true}, of.M...);
  use(ArrayTraits{"V", ArrayAxis::neurons, ArrayAxis::rank, learns, true}, of.V...);
  use(ArrayTraits{"A", ArrayAxis::drives, ArrayAxis::one, learns, true}, of.A...);
  use(ArrayTraits{"r0", ArrayAxis::states, ArrayAxis::one, learns, true}, of.r0...);
}
constexpr std::size_t number_of_learning_arrays = 9;

template <class Scalar>
struct Network : Weights<Scalar> {
  std::string kind = "leaky_rate";  // a name of network_kinds()
  Nonlinearity nonlinearity = Nonlinearity::tanh;
  Matrix<Scalar> W_fb;    // U x O feedback of the readout, or empty
  Vector<Scalar> tau_ms;  // N, membrane time constant [ms], > 0; of a map its step
  Matrix<Scalar> bulk;    // N x N beside the factors, does not learn; or empty
  Matrix<Scalar> mask;    // as W, 1 where a connection may exist and 0 elsewhere, or empty: all may
  Vector<Scalar> sign;    // N, +1 excitatory and -1 inhibitory neurons (Dale's law), or empty: a neuron may be both
  std::optional<double> dt_ms;  // step it was trained with [ms]; absent: a flow
  double rate_hz = 0;           // what a rate of 1 means [Hz]; 0: rates have no unit

  Index size() const { return tau_ms.size(); }
  Index inputs() const { return this->W_in.cols(); }
  Index outputs() const { return this->W_out.rows(); }
  Index extent(ArrayAxis axis) const;
  bool has_factors() const { return this->M.size() > 0; }
  /// Not every change of W is allowed: some connections may not exist, or may not change their sign.
  bool constrained() const { return mask.size() > 0 || sign.size() > 0; }
  /// W, whatever it is made of.
  Matrix<Scalar> recurrent() const;
  /// Sets to 0 what the mask or Dale's law forbids.
  void keep_constraints();

  template <class Other>
  Network<Other> cast() const;

  /// Throws ParameterError whose name begins with `where` when a shape, a value or a time constant is impossible (NaN
  /// included).
  void check(const std::string& where) const;
};

/// Calls use(traits, arrays..) for every array of one or more networks side by side: files, casts, checks and paths go
/// over this list.
template <class Use, class... Networks>
void for_each_array(Use&& use, Networks&&... of) {
  using Role = ArrayTraits::Role;
  for_each_learning_array(use, of...);
  use(ArrayTraits{"W_fb", ArrayAxis::drives, ArrayAxis::outputs, Role::fixed, true}, of.W_fb...);
  use(ArrayTraits{"tau_ms", ArrayAxis::neurons, ArrayAxis::one, Role::fixed, false}, of.tau_ms...);
  use(ArrayTraits{"bulk", ArrayAxis::drives, ArrayAxis::neurons, Role::fixed, true}, of.bulk...);
  use(ArrayTraits{"mask", ArrayAxis::drives, ArrayAxis::neurons, Role::constraint, true}, of.mask...);
  use(ArrayTraits{"sign", ArrayAxis::neurons, ArrayAxis::one, Role::constraint, true}, of.sign...);
}

template <class Scalar>
class Dynamics;
struct Integration;

struct NetworkParameters {
  Index size = 100;                                                 // number of neurons N
  double gain = 1.5;                                                // g: recurrent weights are drawn from N(0, g^2/N)
  double input_scale = 1;                                           // input weights are drawn from N(0, input_scale^2)
  enum class Feedback { none, uniform } feedback = Feedback::none;  // of the readout; uniform: W_fb from (-1, 1)
  /// At trial start: drawn for each trial, drawn once for all, or that and then learned.
  enum class InitialState { random, fixed, trained } initial_state = InitialState::random;
};

/// A kind of network with its parameters, ready to be drawn (sim/networks/networks.hpp).
struct NetworkModel {
  std::string kind;  // a name of network_kinds()
  /// Fills what is this kind's own: nonlinearity, W or its factors, tau_ms, b (zeros but for its own). dt_ms: step of a
  /// map. Throws ParameterError where parameters contradict one another.
  std::function<void(Network<double>&, const NetworkParameters&, double dt_ms, std::uint64_t seed)> initialise;
};

/// One kind of network. A new one is one file in sim/networks/ and one line in networks.def.
struct NetworkKind {
  std::string name, help;
  std::vector<Option> options;  // network.*, beside the common ones
  NetworkModel (*model)(const Options& options);
  /// Throw UserError where network and integration do not go together.
  std::unique_ptr<Dynamics<float>> (*make_float)(const Network<float>&, const Integration&);
  std::unique_ptr<Dynamics<double>> (*make_double)(const Network<double>&, const Integration&);

  Index gates = 1;                // entries of drive per neuron
  Index states = 1;               // entries of state per neuron
  bool starts_from_rate = false;  // the state is a rate: x(0) = phi of a current ~ .1 N(0,1)
  bool map = false;               // discrete time: no membrane time constant
  bool factors = false;           // W is the product of M and V, beside a bulk
  bool diagonal = false;          // keeps A of its state per step; W has no diagonal
  bool acts_on_rates = true;  // recurrent weights make one drive per neuron from rates: what short-term plasticity and
                              // rules that name pre- and postsynaptic activity need
};
enum class ArrayPresence { required, optional, absent };
/// Whether networks of a kind have the array.
ArrayPresence presence_of(const NetworkKind& kind, const ArrayTraits& array);

/// Gives an array that a file or a program leaves out its values: zeros where a network has to have one, of the shape that
/// the arrays before it say; else nothing.
template <class Values>
void set_left_out(const Network<double>& network, const ArrayTraits& array, Values& values);

/// Makes one time constant that of all N neurons. Throws ParameterError whose name begins with `where` where there are
/// neither one nor N.
void spread_tau(Network<double>& network, Index N, const std::string& where);

const std::vector<NetworkKind>& network_kinds();
/// Throws UserError "network.kind = NAME" on an unknown name, listing the known ones.
const NetworkKind& network_kind(const std::string& name);
Option network_kind_option();

/// W_in ~ N(0, input_scale^2), W_out ~ N(0, 1/N), biases 0, the rest by the kind: the weights of one seed differ between
/// gains by a factor only. Throws ParameterError where a parameter is out of its bounds or contradicts another.
Network<double> make_network(const NetworkModel& model, const NetworkParameters& parameters, Index inputs,
                             Index outputs, double dt_ms, std::uint64_t seed);
/// A trained network plus noise on what is recurrent: W += noise N(0,1) / sqrt(N), factors of W += noise N(0,1).
Network<double> disturbed(Network<double> trained, double noise, std::uint64_t seed);

/// Options network.* of every kind.
std::vector<Option> network_options();
/// The network that they describe: drawn, or with network.start a disturbed one from that file.
Network<double> make_network(const Options& options, Index inputs, Index outputs, std::uint64_t seed);

}  // namespace stillpoint
