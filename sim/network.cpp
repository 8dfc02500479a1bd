#include "sim/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/files/network_file.hpp"
#include "sim/random.hpp"

namespace stillpoint {

#define STILLPOINT_NETWORK(name) NetworkKind name##_network();
#include "sim/networks.def"
#undef STILLPOINT_NETWORK

const std::vector<NetworkKind>& network_kinds() {
#define STILLPOINT_NETWORK(name) name##_network(),
  static const std::vector<NetworkKind> kinds = {
#include "sim/networks.def"
  };
#undef STILLPOINT_NETWORK
  return kinds;
}

Option network_kind_option() {
  std::vector<std::string> names;
  for (const auto& kind : network_kinds()) names.push_back(kind.name);
  return choice_option("network.kind", "leaky_rate", names, "equation of the network");
}

const NetworkKind& network_kind(const std::string& name) {
  network_kind_option().check(name);
  return *std::find_if(network_kinds().begin(), network_kinds().end(),
                       [&](const NetworkKind& kind) { return kind.name == name; });
}

std::vector<Option> network_options() {
  return {
      network_kind_option(),
      integer_option("network.size", "100", "neurons", {1, 100000}, "number of neurons N"),
      number_option("network.gain", "1.5", "", nonnegative,
                    "g: recurrent weights are drawn from N(0, g^2/N); g > 1 is strongly connected"),
      number_option("network.input_scale", "1", "", nonnegative, "input weights are drawn from N(0, input_scale^2)"),
      choice_option("network.feedback", "none", {"none", "uniform"},
                    "feedback of the readout into the network, W_fb from uniform(-1, 1): what FORCE needs"),
      choice_option("network.initial_state", "random", {"random", "fixed", "trained"},
                    "state at trial start: drawn for each trial, drawn once for all, or that and then learned"),
      text_option("network.start", "none",
                  "a network file, or the final network of a run file, to start from instead of a random network"),
      number_option("network.start_noise", "0", "", nonnegative,
                    "with network.start: its distance from that network, W += start_noise * N(0,1) / sqrt(N) (factors "
                    "of W: start_noise * N(0,1))"),
  };
}

namespace {

/// The trained network of network.start, with noise on what is recurrent.
Network<double> start_from(const Options& options, Index inputs, Index outputs, std::uint64_t seed) {
  const auto& path = options.text("network.start");
  auto network = read_trained_network(path).network;
  const auto expect = [&](const std::string& name, const std::string& value, const std::string& in_file) {
    require_parameter(value == in_file, name, value,
                   fmt::format("the network of network.start = {} has {}", path, in_file));
  };
  // Whatever else makes a network is the file's: a value given beside it would be lost without a word.
  for (const auto& [name, entry] : options.entries()) {
    const bool own = name == "network.kind" || name == "network.size" || name == "network.feedback" ||
                     name == "network.initial_state" || name.rfind("network.start", 0) == 0;
    require_parameter(name.rfind("network.", 0) != 0 || own || entry.value == entry.option.fallback, name, entry.value,
                   fmt::format("has no place beside network.start = {}, whose network is taken as it is", path));
  }
  if (options.text("network.initial_state") == "random") network.r0.resize(0);
  expect("network.kind", options.text("network.kind"), network.kind);
  expect("network.size", options.text("network.size"), std::to_string(network.size()));
  require_parameter(network.inputs() == inputs && network.outputs() == outputs, "network.start", path,
                 fmt::format("has {} inputs and {} outputs, the task {} and {}", network.inputs(), network.outputs(),
                             inputs, outputs));
  const double noise = options.number("network.start_noise");
  Stream stream(seed, Purpose::recurrent_weights, 2);
  const auto disturb = [&](Matrix<double>& weights, double scale) {
    for (auto& weight : weights.reshaped()) weight += scale * stream.normal();
  };
  disturb(network.W, noise / std::sqrt(static_cast<double>(network.size())));
  disturb(network.M, noise);
  disturb(network.V, noise);
  network.keep_constraints();
  return network;
}

}  // namespace

Network<double> make_network(const Options& options, Index inputs, Index outputs, std::uint64_t seed) {
  const auto& kind = network_kind(options.text("network.kind"));
  require_parameter(options.text("network.start") != "none" || options.number("network.start_noise") == 0,
                 "network.start_noise", options.text("network.start_noise"), "needs network.start");
  Network<double> network;
  if (options.text("network.start") != "none") {
    network = start_from(options, inputs, outputs, seed);
  } else {
    const auto size = static_cast<Index>(options.integer("network.size"));
    network.kind = kind.name;
    network.b.setZero(kind.gates * size);
    kind.initialise(network, options, seed);
    network.W_in.resize(kind.gates * size, inputs);
    Stream(seed, Purpose::input_weights).fill_normal(network.W_in, options.number("network.input_scale"));
    network.W_out.resize(outputs, size);
    Stream(seed, Purpose::readout_weights).fill_normal(network.W_out, 1 / std::sqrt(static_cast<double>(size)));
    network.b_out.setZero(outputs);
  }
  if (options.text("network.feedback") == "uniform" && network.W_fb.size() == 0) {
    network.W_fb.resize(network.b.size(), outputs);
    Stream feedback(seed, Purpose::feedback_weights, 1);
    for (auto& weight : network.W_fb.reshaped()) weight = feedback.uniform(-1, 1);
  }
  if (options.text("network.initial_state") != "random" && network.r0.size() == 0) {
    network.r0.resize(kind.states * network.size());
    Stream(seed, Purpose::initial_state, evaluation_update).fill_normal(network.r0, 0.1);
    if (kind.starts_from_rate) apply<double>(network.nonlinearity, network.r0);
  }
  return network;
}

template <class Scalar>
Matrix<Scalar> Network<Scalar>::recurrent() const {
  if (!has_factors()) return W;
  Matrix<Scalar> dense = M * V.transpose() / static_cast<Scalar>(size());
  if (bulk.size() > 0) dense += bulk;
  return dense;
}

template <class Scalar>
void Network<Scalar>::keep_constraints() {
  if (mask.size() > 0) W.array() *= mask.array();
  for (Index j = 0; j < sign.size(); ++j) {
    auto column = W.col(j);
    if (sign(j) > 0)
      column = column.cwiseMax(Scalar(0));
    else
      column = column.cwiseMin(Scalar(0));
  }
}

template <class Scalar>
template <class Other>
Network<Other> Network<Scalar>::cast() const {
  const auto matrix = [](const auto& m) { return m.template cast<Other>().eval(); };
  return {kind,          nonlinearity, matrix(W),      matrix(W_in), matrix(b),  matrix(W_out),
          matrix(b_out), matrix(W_fb), matrix(tau_ms), matrix(mask), matrix(r0), matrix(M),
          matrix(V),     matrix(bulk), matrix(A),      matrix(sign), dt_ms,      rate_hz};
}

template <class Scalar>
void Network<Scalar>::check(const std::string& where) const {
  const auto expect = [&](const char* name, const auto& values, Index rows, Index columns, bool may_be_absent = false) {
    if (may_be_absent && values.size() == 0) return;
    require_parameter(values.rows() == rows && values.cols() == columns, where + ": " + name,
                   fmt::format("{} x {}", values.rows(), values.cols()), fmt::format("must be {} x {}", rows, columns));
    require_parameter(values.allFinite(), where + ": " + name, "not finite", "every entry must be a finite number");
  };
  const auto& own = network_kind(kind);
  const Index N = size(), U = own.gates * N, R = M.cols();
  const bool factors = kind == "low_rank";
  require_parameter(N > 0, where + ": W", "empty", "must be N x N");
  expect("W", W, factors ? 0 : U, factors ? 0 : N, factors);
  expect("M", M, factors ? N : 0, factors ? std::max<Index>(R, 1) : 0, !factors);
  expect("V", V, factors ? N : 0, R, !factors);
  expect("bulk", bulk, factors ? N : 0, factors ? N : 0, true);
  expect("A", A, kind == "plrnn" ? N : 0, 1, kind != "plrnn");
  expect("W_in", W_in, U, inputs(), true);
  expect("b", b, U, 1);
  expect("W_out", W_out, outputs(), N, true);
  expect("b_out", b_out, outputs(), 1);
  expect("W_fb", W_fb, U, outputs(), true);
  expect("tau_ms", tau_ms, N, 1);
  expect("mask", mask, W.rows(), W.cols(), true);
  expect("r0", r0, own.states * N, 1, true);
  expect("sign", sign, N, 1, true);
  require_parameter(R <= N, where + ": M", fmt::format("rank {}", R), fmt::format("must be at most N = {}", N));
  require_parameter(tau_ms.minCoeff() > 0, where + ": tau_ms", fmt::format("{}", tau_ms.minCoeff()), "must be > 0 ms");
  if (mask.size() > 0) {
    require_parameter(((mask.array() == 0) || (mask.array() == 1)).all(), where + ": mask", "other numbers",
                   "must hold 0 and 1 only");
    require_parameter((W.array() * (1 - mask.array())).abs().maxCoeff() == 0, where + ": mask", "0 where W is not 0",
                   "W must be 0 where the mask is");
  }
  require_parameter(kind != "plrnn" || W.diagonal().isZero(0), where + ": W", "not 0 on its diagonal",
                 "must be 0 there in a plrnn, whose A is the diagonal");
  require_parameter(sign.size() == 0 || own.acts_on_rates, where + ": sign", "present",
                 "Dale's law needs recurrent weights that act on rates");
  if (sign.size() > 0) {
    require_parameter((sign.array().abs() == 1).all(), where + ": sign", "other numbers", "must hold 1 and -1 only");
    require_parameter(((W.array().rowwise() * sign.transpose().array()) >= 0).all(), where + ": sign", "against W",
                   "every entry of a column of W must have the sign of its neuron, or be 0");
  }
  if (dt_ms)
    require_parameter(std::isfinite(*dt_ms) && *dt_ms > 0, where + ": dt_ms", fmt::format("{}", *dt_ms), "must be > 0 ms");
}

template struct Network<float>;
template struct Network<double>;
template Network<float> Network<double>::cast() const;
template Network<double> Network<float>::cast() const;
template Network<double> Network<double>::cast() const;
template Network<float> Network<float>::cast() const;

}  // namespace stillpoint
