#include "sim/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/blas.hpp"
#include "sim/files/network_file.hpp"
#include "sim/options/parameter_list.hpp"
#include "sim/options/registry.hpp"
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
  return choice_among(network_kinds(), "network.kind", "leaky_rate", "equation of the network");
}

const NetworkKind& network_kind(const std::string& name) {
  return kind_named(network_kinds(), name, network_kind_option);
}

namespace {

const ParameterList<NetworkParameters>& network_list() {
  using P = NetworkParameters;
  static const auto list =
      ParameterList<P>()
          .integer("network.size", &P::size, "neurons", {1, 100000}, "number of neurons N")
          .number("network.gain", &P::gain, "", nonnegative,
                  "g: recurrent weights are drawn from N(0, g^2/N); g > 1 is strongly connected")
          .number("network.input_scale", &P::input_scale, "", nonnegative,
                  "input weights are drawn from N(0, input_scale^2)")
          .choice("network.feedback", &P::feedback, {"none", "uniform"},
                  "feedback of the readout into the network, W_fb from uniform(-1, 1): what FORCE needs")
          .choice("network.initial_state", &P::initial_state, {"random", "fixed", "trained"},
                  "state at trial start: drawn for each trial, drawn once for all, or that and then learned");
  return list;
}

/// What the network of any origin gets that the parameters ask for and it does not have.
void complete(Network<double>& network, const NetworkParameters& parameters, std::uint64_t seed) {
  const auto& kind = network_kind(network.kind);
  if (parameters.feedback == NetworkParameters::Feedback::uniform && network.W_fb.size() == 0) {
    network.W_fb.resize(network.b.size(), network.outputs());
    Stream feedback(seed, Purpose::feedback_weights, 1);
    for (auto& weight : network.W_fb.reshaped()) weight = feedback.uniform(-1, 1);
  }
  if (parameters.initial_state != NetworkParameters::InitialState::random && network.r0.size() == 0) {
    network.r0.resize(kind.states * network.size());
    Stream(seed, Purpose::initial_state, evaluation_update).fill_normal(network.r0, 0.1);
    if (kind.starts_from_rate) apply<double>(network.nonlinearity, network.r0);
  }
}

/// The network of network.start. Throws ParameterError where other options contradict it.
Network<double> start_network(const Options& options, Index inputs, Index outputs) {
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
  require_parameter(options.text("network.feedback") != "none" || network.W_fb.size() == 0, "network.feedback", "none",
                    fmt::format("the network of network.start = {} has feedback, W_fb", path));
  expect("network.kind", options.text("network.kind"), network.kind);
  expect("network.size", options.text("network.size"), std::to_string(network.size()));
  require_parameter(network.inputs() == inputs && network.outputs() == outputs, "network.start", path,
                    fmt::format("has {} inputs and {} outputs, the task {} and {}", network.inputs(), network.outputs(),
                                inputs, outputs));
  return network;
}

}  // namespace

std::vector<Option> network_options() {
  auto all = network_list().options();
  all.insert(all.begin(), network_kind_option());
  all.push_back(
      text_option("network.start", "none",
                  "a network file, or the final network of a run file, to start from instead of a random network"));
  all.push_back(
      number_option("network.start_noise", "0", "", nonnegative,
                    "with network.start: its distance from that network, W += start_noise * N(0,1) / sqrt(N) (factors "
                    "of W: start_noise * N(0,1))"));
  return all;
}

Network<double> disturbed(Network<double> network, double noise, std::uint64_t seed) {
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

Network<double> make_network(const NetworkModel& model, const NetworkParameters& parameters, Index inputs,
                             Index outputs, double dt_ms, std::uint64_t seed) {
  const ProductsOnOneThread products;
  network_list().check(parameters);
  const auto& kind = network_kind(model.kind);
  const Index size = parameters.size;
  Network<double> network;
  network.kind = kind.name;
  network.b.setZero(kind.gates * size);
  model.initialise(network, parameters, dt_ms, seed);
  network.W_in.resize(kind.gates * size, inputs);
  Stream(seed, Purpose::input_weights).fill_normal(network.W_in, parameters.input_scale);
  network.W_out.resize(outputs, size);
  Stream(seed, Purpose::readout_weights).fill_normal(network.W_out, 1 / std::sqrt(static_cast<double>(size)));
  network.b_out.setZero(outputs);
  complete(network, parameters, seed);
  return network;
}

Network<double> make_network(const Options& options, Index inputs, Index outputs, std::uint64_t seed) {
  const auto parameters = network_list().from(options);
  const double noise = options.number("network.start_noise");
  if (options.text("network.start") == "none") {
    require_parameter(noise == 0, "network.start_noise", options.text("network.start_noise"), "needs network.start");
    const auto model = network_kind(options.text("network.kind")).model(options);
    return make_network(model, parameters, inputs, outputs, options.number("integration.dt_ms"), seed);
  }
  auto network = disturbed(start_network(options, inputs, outputs), noise, seed);
  complete(network, parameters, seed);
  return network;
}

template <class Scalar>
Matrix<Scalar> Network<Scalar>::recurrent() const {
  if (!has_factors()) return this->W;
  Matrix<Scalar> dense = this->M * this->V.transpose() / static_cast<Scalar>(size());
  if (bulk.size() > 0) dense += bulk;
  return dense;
}

template <class Scalar>
void Network<Scalar>::keep_constraints() {
  auto& W = this->W;
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
  Network<Other> made;
  for_each_array([](const ArrayTraits&, const auto& from, auto& to) { to = from.template cast<Other>(); }, *this, made);
  made.kind = kind;
  made.nonlinearity = nonlinearity;
  made.dt_ms = dt_ms;
  made.rate_hz = rate_hz;
  return made;
}

template <class Scalar>
Index Network<Scalar>::extent(ArrayAxis axis) const {
  const auto& own = network_kind(kind);
  switch (axis) {
    case ArrayAxis::one:
      return 1;
    case ArrayAxis::neurons:
      return size();
    case ArrayAxis::states:
      return own.states * size();
    case ArrayAxis::drives:
      return own.gates * size();
    case ArrayAxis::inputs:
      return inputs();
    case ArrayAxis::outputs:
      return outputs();
    case ArrayAxis::rank:
      return std::max<Index>(this->M.cols(), own.factors ? 1 : 0);
  }
  return 0;
}

ArrayPresence presence_of(const NetworkKind& kind, const ArrayTraits& array) {
  const std::string name = array.name;
  const bool of_factors = name == "M" || name == "V" || name == "bulk";
  if ((of_factors && !kind.factors) || (name == "A" && !kind.diagonal) || (name == "W" && kind.factors))
    return ArrayPresence::absent;
  if (name == "M" || name == "V" || name == "A") return ArrayPresence::required;
  return array.may_be_absent ? ArrayPresence::optional : ArrayPresence::required;
}

void spread_tau(Network<double>& network, Index N, const std::string& where) {
  const bool factors = network_kind(network.kind).factors;
  require_parameter(network.tau_ms.size() == 1 || network.tau_ms.size() == N, where + ": tau_ms",
                    fmt::format("{} values", network.tau_ms.size()),
                    fmt::format("must be one number, or N = {} (the {} of {})", N, factors ? "rows" : "columns",
                                factors ? "M" : "W"));
  if (network.tau_ms.size() == 1) network.tau_ms = Vector<double>::Constant(N, network.tau_ms(0)).eval();
}

template <class Values>
void set_left_out(const Network<double>& network, const ArrayTraits& array, Values& values) {
  if (presence_of(network_kind(network.kind), array) == ArrayPresence::required)
    values.setZero(network.extent(array.rows), network.extent(array.columns));
  else
    values.resize(0, Values::ColsAtCompileTime == 1 ? 1 : 0);
}
template void set_left_out(const Network<double>&, const ArrayTraits&, Matrix<double>&);
template void set_left_out(const Network<double>&, const ArrayTraits&, Vector<double>&);

namespace {

/// "N x K with N = 3 (the rows of W)": what is said of an axis by another array.
template <class Scalar>
std::string shape_of(const Network<Scalar>& network, const ArrayTraits& array) {
  const auto& kind = network_kind(network.kind);
  const auto times = [](Index factor, const char* letter) {
    return factor == 1 ? std::string(letter) : fmt::format("{}{}", factor, letter);
  };
  const auto letters = [&](ArrayAxis axis) -> std::string {
    switch (axis) {
      case ArrayAxis::one:
        return "1";
      case ArrayAxis::neurons:
        return "N";
      case ArrayAxis::states:
        return times(kind.states, "N");
      case ArrayAxis::drives:
        return times(kind.gates, "N");
      case ArrayAxis::inputs:
        return "K";
      case ArrayAxis::outputs:
        return "O";
      case ArrayAxis::rank:
        return "R";
    }
    return "";
  };
  const std::string weights = kind.factors ? "M" : "W", N = kind.gates == 1 ? "rows" : "columns";
  struct Source {
    std::string letter, array, axis;
    Index extent;
  };
  const std::vector<Source> sources = {{"N", weights, N, network.size()},
                                       {"K", "W_in", "columns", network.inputs()},
                                       {"O", "W_out", "rows", network.outputs()},
                                       {"R", "M", "columns", network.extent(ArrayAxis::rank)}};
  const auto shape = fmt::format("{} x {}", letters(array.rows), letters(array.columns));
  std::string known;
  for (const auto& [letter, source, axis, extent] : sources)
    if (shape.find(letter) != std::string::npos && source != array.name)
      known += fmt::format("{}{} = {} (the {} of {})", known.empty() ? " with " : ", ", letter, extent, axis, source);
  return shape + known;
}

}  // namespace

template <class Scalar>
void Network<Scalar>::check(const std::string& where) const {
  const auto& own = network_kind(kind);
  const auto& W = this->W;
  require_parameter(size() > 0, where + ": W", "empty", "must be N x N");
  for_each_array(
      [&](const ArrayTraits& array, const auto& values) {
        const auto presence = presence_of(own, array);
        if (values.size() == 0 && presence != ArrayPresence::required) return;
        const bool none = presence == ArrayPresence::absent;
        const bool as_W = array.role == ArrayTraits::Role::constraint && array.columns != ArrayAxis::one;
        const auto place = where + ": " + array.name, found = fmt::format("{} x {}", values.rows(), values.cols());
        require_parameter(!none, place, found, fmt::format("a {} network has none", kind));
        const Index rows = as_W ? W.rows() : extent(array.rows), columns = as_W ? W.cols() : extent(array.columns);
        require_parameter(values.rows() == rows && values.cols() == columns, place, found,
                          "must be " + shape_of(*this, array));
        require_parameter(values.allFinite(), place, "not finite", "every entry must be a finite number");
      },
      *this);
  require_parameter(this->M.cols() <= size(), where + ": M", fmt::format("rank {}", this->M.cols()),
                    fmt::format("must be at most N = {}", size()));
  require_parameter(tau_ms.minCoeff() > 0, where + ": tau_ms", fmt::format("{}", tau_ms.minCoeff()), "must be > 0 ms");
  if (mask.size() > 0) {
    require_parameter(((mask.array() == 0) || (mask.array() == 1)).all(), where + ": mask", "other numbers",
                      "must hold 0 and 1 only");
    require_parameter((W.array() * (1 - mask.array())).abs().maxCoeff() == 0, where + ": mask", "0 where W is not 0",
                      "W must be 0 where the mask is");
  }
  require_parameter(!own.diagonal || W.diagonal().isZero(0), where + ": W", "not 0 on its diagonal",
                    fmt::format("must be 0 there in a {}, whose A is the diagonal", kind));
  require_parameter(sign.size() == 0 || own.acts_on_rates, where + ": sign", "present",
                    "Dale's law needs recurrent weights that act on rates");
  if (sign.size() > 0) {
    require_parameter((sign.array().abs() == 1).all(), where + ": sign", "other numbers", "must hold 1 and -1 only");
    require_parameter(((W.array().rowwise() * sign.transpose().array()) >= 0).all(), where + ": sign", "against W",
                      "every entry of a column of W must have the sign of its neuron, or be 0");
  }
  require_parameter(std::isfinite(rate_hz) && rate_hz >= 0, where + ": rate_hz", fmt::format("{}", rate_hz),
                    "must be >= 0 Hz");
  if (dt_ms)
    require_parameter(std::isfinite(*dt_ms) && *dt_ms > 0, where + ": dt_ms", fmt::format("{}", *dt_ms),
                      "must be a number > 0 [ms]");
}

template struct Network<float>;
template struct Network<double>;
template Network<float> Network<double>::cast() const;
template Network<double> Network<float>::cast() const;
template Network<double> Network<double>::cast() const;
template Network<float> Network<float>::cast() const;

}  // namespace stillpoint
