#include "sim/networks/leaky.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/initial_weights.hpp"

namespace stillpoint {

template <class Scalar>
Leaky<Scalar>::Leaky(const Network<Scalar>& network, const Integration& integration, State state) {
  const bool current = state == State::current;
  input_ = current ? Nonlinearity::identity : network.nonlinearity;
  rate_ = current ? network.nonlinearity : Nonlinearity::identity;

  const double dt = integration.dt_ms;
  this->tau_ms_ = network.tau_ms;
  const double tau = static_cast<double>(this->tau_ms_.minCoeff());
  require_parameter(dt <= tau * (1 + 1e-6), "integration.dt_ms", fmt::format("{}", dt),
                 fmt::format("must be at most the membrane time constant, {} ms", tau));
  rate_per_ms_ = this->tau_ms_.cwiseInverse();
  this->alpha_ = static_cast<Scalar>(dt) * rate_per_ms_;
  if (integration.method == Method::exponential_euler) this->alpha_ = -(-this->alpha_.array()).expm1();
  this->leak_ = Scalar(1) - this->alpha_.array();
  shared_tau_ = (this->tau_ms_.array() == this->tau_ms_(0)).all();
}

template class Leaky<float>;
template class Leaky<double>;

std::vector<Option> rate_options() {
  return {
      choice_option("network.nonlinearity", "tanh", nonlinearity_names(), "phi, from input to firing rate"),
      number_option("network.rate_hz", "0", "Hz", nonnegative,
                    "what a rate of 1 means, for relu, softplus and logistic; 0: rates have no unit"),
  };
}

std::vector<Option> tau_options() {
  return {
      range_option("network.tau_ms", "50", "ms", positive,
                   "membrane time constant; a range LOW..HIGH draws one per neuron"),
      number_option("network.tau_spread", "0", "", nonnegative,
                    "SD of log tau: membrane time constants are log-normal with median tau_ms"),
  };
}

void set_rates(Network<double>& network, const Options& options) {
  network.nonlinearity = nonlinearity_from(options.text("network.nonlinearity"));
  network.rate_hz = options.number("network.rate_hz");
  require_parameter(network.rate_hz == 0 || network.nonlinearity != Nonlinearity::tanh, "network.rate_hz",
                 options.text("network.rate_hz"), "needs rates >= 0: network.nonlinearity relu, softplus or logistic");
}

void draw_taus(Network<double>& network, const Options& options, Stream& stream) {
  const Range tau = options.range("network.tau_ms");
  const double spread = options.number("network.tau_spread");
  require_parameter(spread == 0 || tau.low == tau.high, "network.tau_spread", options.text("network.tau_spread"),
                 "needs one network.tau_ms, the median, not a range");
  network.tau_ms.resize(options.integer("network.size"));
  for (auto& tau_ms : network.tau_ms) tau_ms = tau.low < tau.high ? stream.uniform(tau.low, tau.high) : tau.low;
  if (spread > 0)
    for (auto& tau_ms : network.tau_ms) tau_ms *= std::exp(spread * stream.normal());
}

namespace {

void initialise(Network<double>& network, const Options& options, std::uint64_t seed) {
  Stream stream(seed, Purpose::recurrent_weights);
  draw_recurrent_weights(network, options, stream, seed);
  set_rates(network, options);
  draw_taus(network, options, stream);
}

void initialise_map(Network<double>& network, const Options& options, std::uint64_t seed) {
  Stream stream(seed, Purpose::recurrent_weights);
  draw_recurrent_weights(network, options, stream, seed);
  set_rates(network, options);
  network.tau_ms.setConstant(network.W.rows(), options.number("integration.dt_ms"));
}

std::vector<Option> map_options() {
  auto all = rate_options();
  for (auto& option : wiring_options()) all.push_back(option);
  return all;
}
std::vector<Option> flow_options() {
  auto all = tau_options();
  for (auto& option : map_options()) all.push_back(option);
  return all;
}

template <class Scalar, bool current>
std::unique_ptr<Dynamics<Scalar>> make(const Network<Scalar>& network, const Integration& integration) {
  using State = typename Leaky<Scalar>::State;
  return std::make_unique<Leaky<Scalar>>(network, integration, current ? State::current : State::rate);
}

/// tau is the step, so that alpha = 1.
template <class Scalar>
std::unique_ptr<Dynamics<Scalar>> make_map(const Network<Scalar>& network, const Integration& integration) {
  require_map_method(network.kind, integration);
  Network<Scalar> stepwise = network;
  stepwise.tau_ms.setConstant(static_cast<Scalar>(integration.dt_ms));
  return make<Scalar, false>(stepwise, integration);
}

}  // namespace

NetworkKind leaky_rate_network() {
  NetworkKind kind{"leaky_rate",       "tau dr/dt = -r + phi(W r + W_in s + b): the state is the rate",
                   flow_options(),     initialise,
                   make<float, false>, make<double, false>};
  kind.starts_from_rate = true;
  return kind;
}

NetworkKind leaky_current_network() {
  return {"leaky_current",
          "tau dx/dt = -x + W r + W_in s + b, r = phi(x): the state is the current (Sompolinsky et al. 1988)",
          flow_options(),
          initialise,
          make<float, true>,
          make<double, true>};
}

NetworkKind rnn_map_network() {
  NetworkKind kind{"rnn_map",     "r(t+1) = phi(W r + W_in s + b): discrete time, one step per integration.dt_ms",
                   map_options(), initialise_map,
                   make_map<float>, make_map<double>};
  kind.starts_from_rate = true;
  kind.map = true;
  return kind;
}

}  // namespace stillpoint
