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
                    fmt::format("must be at most the membrane time constant, {} ms (times are in ms)", tau));
  rate_per_ms_ = this->tau_ms_.cwiseInverse();
  this->alpha_ = static_cast<Scalar>(dt) * rate_per_ms_;
  if (integration.method == Method::exponential_euler) this->alpha_ = -(-this->alpha_.array()).expm1();
  this->leak_ = Scalar(1) - this->alpha_.array();
  shared_tau_ = (this->tau_ms_.array() == this->tau_ms_(0)).all();
}

template class Leaky<float>;
template class Leaky<double>;

const ParameterList<RateParameters>& rate_list() {
  using P = RateParameters;
  static const auto list =
      ParameterList<P>()
          .choice("network.nonlinearity", &P::nonlinearity, nonlinearity_names(), "phi, from input to firing rate")
          .number("network.rate_hz", &P::rate_hz, "Hz", nonnegative,
                  "what a rate of 1 means, for relu, softplus and logistic; 0: rates have no unit");
  return list;
}

const ParameterList<TauParameters>& tau_list() {
  using P = TauParameters;
  static const auto list = ParameterList<P>()
                               .range("network.tau_ms", &P::tau_ms, "ms", positive,
                                      "membrane time constant; a range LOW..HIGH draws one per neuron")
                               .number("network.tau_spread", &P::tau_spread, "", nonnegative,
                                       "SD of log tau: membrane time constants are log-normal with median tau_ms");
  return list;
}

void set_rates(Network<double>& network, const RateParameters& rates) {
  network.nonlinearity = rates.nonlinearity;
  network.rate_hz = rates.rate_hz;
  require_parameter(network.rate_hz == 0 || network.nonlinearity != Nonlinearity::tanh, "network.rate_hz",
                    number_text(rates.rate_hz), "needs rates >= 0: network.nonlinearity relu, softplus or logistic");
}

void draw_taus(Network<double>& network, Index size, const TauParameters& taus, Stream& stream) {
  const Range tau = taus.tau_ms;
  const double spread = taus.tau_spread;
  require_parameter(spread == 0 || tau.low == tau.high, "network.tau_spread", number_text(spread),
                    "needs one network.tau_ms, the median, not a range");
  network.tau_ms.resize(size);
  for (auto& tau_ms : network.tau_ms) tau_ms = tau.low < tau.high ? stream.uniform(tau.low, tau.high) : tau.low;
  if (spread > 0)
    for (auto& tau_ms : network.tau_ms) tau_ms *= std::exp(spread * stream.normal());
}

namespace {

const ParameterList<LeakyParameters>& leaky_list() {
  using P = LeakyParameters;
  static const auto list =
      ParameterList<P>().part(&P::taus, tau_list()).part(&P::rates, rate_list()).part(&P::wiring, wiring_list());
  return list;
}

const ParameterList<MapParameters>& map_list() {
  using P = MapParameters;
  static const auto list = ParameterList<P>().part(&P::rates, rate_list()).part(&P::wiring, wiring_list());
  return list;
}

NetworkModel leaky(const std::string& kind, const LeakyParameters& parameters) {
  leaky_list().check(parameters);
  return {kind, [=](Network<double>& network, const NetworkParameters& common, double, std::uint64_t seed) {
            Stream stream(seed, Purpose::recurrent_weights);
            draw_recurrent_weights(network, common, parameters.wiring, stream, seed);
            set_rates(network, parameters.rates);
            draw_taus(network, common.size, parameters.taus, stream);
          }};
}

template <class Scalar, bool current>
std::unique_ptr<Dynamics<Scalar>> make_leaky(const Network<Scalar>& network, const Integration& integration) {
  using State = typename Leaky<Scalar>::State;
  return std::make_unique<Leaky<Scalar>>(network, integration, current ? State::current : State::rate);
}

/// tau is the step, so that alpha = 1.
template <class Scalar>
std::unique_ptr<Dynamics<Scalar>> make_map(const Network<Scalar>& network, const Integration& integration) {
  require_map_method(network.kind, integration);
  Network<Scalar> stepwise = network;
  stepwise.tau_ms.setConstant(static_cast<Scalar>(integration.dt_ms));
  return make_leaky<Scalar, false>(stepwise, integration);
}

}  // namespace

NetworkModel leaky_rate(const LeakyParameters& parameters) { return leaky("leaky_rate", parameters); }
NetworkModel leaky_current(const LeakyParameters& parameters) { return leaky("leaky_current", parameters); }
NetworkModel rnn_map(const MapParameters& parameters) {
  map_list().check(parameters);
  return {"rnn_map", [=](Network<double>& network, const NetworkParameters& common, double dt_ms, std::uint64_t seed) {
            Stream stream(seed, Purpose::recurrent_weights);
            draw_recurrent_weights(network, common, parameters.wiring, stream, seed);
            set_rates(network, parameters.rates);
            network.tau_ms.setConstant(common.size, dt_ms);
          }};
}

NetworkKind leaky_rate_network() {
  NetworkKind kind{"leaky_rate",
                   "tau dr/dt = -r + phi(W r + W_in s + b): the state is the rate",
                   leaky_list().options(),
                   [](const Options& options) { return leaky_rate(leaky_list().from(options)); },
                   make_leaky<float, false>,
                   make_leaky<double, false>};
  kind.starts_from_rate = true;
  return kind;
}

NetworkKind leaky_current_network() {
  return {"leaky_current",
          "tau dx/dt = -x + W r + W_in s + b, r = phi(x): the state is the current (Sompolinsky et al. 1988)",
          leaky_list().options(),
          [](const Options& options) { return leaky_current(leaky_list().from(options)); },
          make_leaky<float, true>,
          make_leaky<double, true>};
}

NetworkKind rnn_map_network() {
  NetworkKind kind{"rnn_map",
                   "r(t+1) = phi(W r + W_in s + b): discrete time, one step per integration.dt_ms",
                   map_list().options(),
                   [](const Options& options) { return rnn_map(map_list().from(options)); },
                   make_map<float>,
                   make_map<double>};
  kind.starts_from_rate = true;
  kind.map = true;
  return kind;
}

}  // namespace stillpoint
