#include "sim/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/random.hpp"

namespace stillpoint {

const std::vector<NetworkKind>& network_kinds() {
  static const std::vector<NetworkKind> kinds = {
      {"leaky_rate", "tau dr/dt = -r + phi(W r + W_in s + b): the state is the rate"},
      {"leaky_current",
       "tau dx/dt = -x + W r + W_in s + b, r = phi(x): the state is the current (Sompolinsky et al. 1988)"},
      {"rnn_map", "r(t+1) = phi(W r + W_in s + b): discrete time, one step per integration.dt_ms"},
  };
  return kinds;
}

std::vector<Option> network_options() {
  std::vector<std::string> kinds;
  for (const auto& kind : network_kinds()) kinds.push_back(kind.name);
  return {
      choice_option("network.kind", "leaky_rate", kinds, "equation of the network"),
      integer_option("network.size", "100", "neurons", {1, 100000}, "number of neurons N"),
      number_option("network.gain", "1.5", "", nonnegative,
                    "g: recurrent weights are drawn from N(0, g^2/N); g > 1 is strongly connected"),
      range_option("network.tau_ms", "50", "ms", positive,
                   "membrane time constant; a range LOW..HIGH draws one per neuron"),
      choice_option("network.nonlinearity", "tanh", nonlinearity_names(), "phi, from input to firing rate"),
      choice_option("network.feedback", "none", {"none", "uniform"},
                    "feedback of the readout into the network, W_fb from uniform(-1, 1): what FORCE needs"),
      flag_option("network.autapses", true, "whether a neuron may connect to itself"),
  };
}

Network<double> make_network(const Options& options, Index inputs, Index outputs, std::uint64_t seed) {
  const auto size = static_cast<Index>(options.integer("network.size"));
  const double by_root_size = 1 / std::sqrt(static_cast<double>(size));
  Network<double> network;
  network.kind = options.text("network.kind");
  network.nonlinearity = nonlinearity_from(options.text("network.nonlinearity"));

  network.W.resize(size, size);
  Stream recurrent(seed, Purpose::recurrent_weights);
  recurrent.fill_normal(network.W, options.number("network.gain") * by_root_size);
  network.W_in.resize(size, inputs);
  Stream(seed, Purpose::input_weights).fill_normal(network.W_in);
  network.W_out.resize(outputs, size);
  Stream(seed, Purpose::readout_weights).fill_normal(network.W_out, by_root_size);
  if (options.text("network.feedback") == "uniform") {
    network.W_fb.resize(size, outputs);
    Stream feedback(seed, Purpose::feedback_weights, 1);
    for (auto& weight : network.W_fb.reshaped()) weight = feedback.uniform(-1, 1);
  }
  network.b.setZero(size);
  network.b_out.setZero(outputs);

  const Range tau = options.range("network.tau_ms");
  network.tau_ms.resize(size);
  for (auto& tau_ms : network.tau_ms) tau_ms = tau.low < tau.high ? recurrent.uniform(tau.low, tau.high) : tau.low;

  if (!options.flag("network.autapses")) {
    network.mask.setOnes(size, size);
    network.mask.diagonal().setZero();
    network.W.diagonal().setZero();
  }
  return network;
}

template <class Scalar>
template <class Other>
Network<Other> Network<Scalar>::cast() const {
  const auto matrix = [](const auto& m) { return m.template cast<Other>().eval(); };
  return {kind,          nonlinearity, matrix(W),      matrix(W_in), matrix(b),  matrix(W_out),
          matrix(b_out), matrix(W_fb), matrix(tau_ms), matrix(mask), matrix(r0), dt_ms};
}

template <class Scalar>
void Network<Scalar>::check(const std::string& where) const {
  const auto expect = [&](const char* name, const auto& values, Index rows, Index columns, bool may_be_absent = false) {
    if (may_be_absent && values.size() == 0) return;
    require_option(values.rows() == rows && values.cols() == columns, where + ": " + name,
                   fmt::format("{} x {}", values.rows(), values.cols()), fmt::format("must be {} x {}", rows, columns));
    require_option(values.allFinite(), where + ": " + name, "not finite", "every entry must be a finite number");
  };
  const Index N = W.rows();
  require_option(N > 0, where + ": W", "empty", "must be N x N");
  expect("W", W, N, N);
  expect("W_in", W_in, N, inputs(), true);
  expect("b", b, N, 1);
  expect("W_out", W_out, outputs(), N, true);
  expect("b_out", b_out, outputs(), 1);
  expect("W_fb", W_fb, N, outputs(), true);
  expect("tau_ms", tau_ms, N, 1);
  expect("mask", mask, N, N, true);
  expect("r0", r0, N, 1, true);
  require_option(tau_ms.minCoeff() > 0, where + ": tau_ms", fmt::format("{}", tau_ms.minCoeff()), "must be > 0 ms");
  if (mask.size() > 0) {
    require_option(((mask.array() == 0) || (mask.array() == 1)).all(), where + ": mask", "other numbers",
                   "must hold 0 and 1 only");
    require_option((W.array() * (1 - mask.array())).abs().maxCoeff() == 0, where + ": mask", "0 where W is not 0",
                   "W must be 0 where the mask is");
  }
  if (dt_ms)
    require_option(std::isfinite(*dt_ms) && *dt_ms > 0, where + ": dt_ms", fmt::format("{}", *dt_ms), "must be > 0 ms");
}

template struct Network<float>;
template struct Network<double>;
template Network<float> Network<double>::cast() const;
template Network<double> Network<float>::cast() const;
template Network<double> Network<double>::cast() const;
template Network<float> Network<float>::cast() const;

}  // namespace stillpoint
