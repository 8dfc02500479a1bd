#include "experiments/predictions/stimulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/options/parameter_list.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

using P = Protocol;

/// Rates that are held, of signed and of nonnegative rates. A nonnegative rate is held half way to 1.
struct HeldRates {
  double background;         // size of a pattern's entries
  double presynaptic;        // while paired
  double low, middle, high;  // postsynaptic
};
constexpr HeldRates of_signed{0.5, 0.7, -0.5, 0, 0.5}, of_nonnegative{0.5, 0.7, 0.25, 0.5, 0.75};

bool is_signed(const Network<double>& network) { return network.nonlinearity == Nonlinearity::tanh; }

/// A state that is a current has no end where the rate is lowest: there a rate of .005 above it is taken for it.
constexpr double nearly_lowest = 0.005;

std::vector<Index> drawn_neurons(Index neurons, std::uint64_t seed) {
  std::vector<Index> order(static_cast<std::size_t>(neurons));
  std::iota(order.begin(), order.end(), Index(0));
  Stream stream(seed, Purpose::stimulated_neurons);
  for (Index i = neurons - 1; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(stream.below(i + 1))]);
  return order;
}

}  // namespace

void require_experiments(const std::string& network_kind_name) {
  const auto& kind = network_kind(network_kind_name);
  require_parameter(kind.acts_on_rates && !kind.map, "network.kind", network_kind_name,
                    "experiments need a network with a membrane and one drive per neuron, leaky_rate or leaky_current");
}

double stimulus_course(const Protocol& protocol, double since_onset_ms) {
  const double end = protocol.length_ms;
  switch (protocol.stimulus) {
    case P::Stimulus::none:
      return 0;
    case P::Stimulus::step:
    case P::Stimulus::silence:
      return since_onset_ms >= 0 && since_onset_ms < end ? 1 : 0;
    case P::Stimulus::ramp:
      return since_onset_ms >= 0 && since_onset_ms < end ? since_onset_ms / end : 0;
    case P::Stimulus::pulses:
      break;
  }
  const double pulse = std::floor(since_onset_ms / protocol.interval_ms);
  const bool within = pulse >= 0 && pulse < static_cast<double>(protocol.pulses);
  return within && since_onset_ms - pulse * protocol.interval_ms < end ? 1 : 0;
}

Stimulation::Stimulation(const Protocol& protocol, const Network<double>& network, Index event, double dt_ms,
                         std::uint64_t seed)
    : protocol_(protocol), network_(network), event_ms_(static_cast<double>(event) * dt_ms), dt_ms_(dt_ms) {
  check_protocol(protocol);
  require_experiments(network.kind);
  if (protocol.onto == P::Onto::input) {
    require_parameter(protocol.channel < network.inputs(), "experiment.channel", fmt::format("{}", protocol.channel),
                      fmt::format("the network has {} input channels, from 0", network.inputs()));
    return;
  }
  const Index N = network.size();
  const auto count = static_cast<Index>(std::lround(protocol.fraction * static_cast<double>(N)));
  require_parameter(count >= 1, "experiment.fraction", number_text(protocol.fraction),
                    fmt::format("of {} neurons that is none: must be {:.2g} or more", N, 1.0 / static_cast<double>(N)));
  auto order = drawn_neurons(N, seed);
  const bool pairs = protocol.pairing != P::Pairing::none;
  targets_.assign(order.begin(), order.begin() + count);
  if (pairs) presynaptic_.assign(order.begin() + count, order.begin() + 2 * count);
  others_.assign(order.begin() + count, order.end());
  std::sort(targets_.begin(), targets_.end());
  // Signed rates: +-a, and the same with every second entry turned; nonnegative: one half active, then the other.
  const auto rates = is_signed(network) ? of_signed : of_nonnegative;
  pattern_.resize(static_cast<Index>(others_.size()));
  orthogonal_.resize(pattern_.size());
  Stream stream(seed, Purpose::stimulated_neurons, 1);
  for (Index i = 0; i < pattern_.size(); ++i) {
    const double turned = i % 2 == 0 ? 1 : -1;
    if (is_signed(network)) {
      pattern_(i) = stream.bernoulli(0.5) ? rates.background : -rates.background;
      orthogonal_(i) = turned * pattern_(i);
    } else {
      pattern_(i) = rates.background * (1 + turned);
      orthogonal_(i) = rates.background * (1 - turned);
    }
  }
}

double Stimulation::drive_at(double rate) const {
  const double far = network_kind(network_.kind).starts_from_rate ? 20 : std::atanh(1 - 2 * nearly_lowest);
  switch (network_.nonlinearity) {
    case Nonlinearity::tanh:
      return rate <= -1 ? -far : std::atanh(rate);
    case Nonlinearity::logistic:
      return rate <= 0 ? -2 * far : std::log(rate / (1 - rate));
    case Nonlinearity::softplus:
      return rate <= 0 ? -2 * far : std::log(std::expm1(rate));
    case Nonlinearity::relu:
    case Nonlinearity::identity:
      break;
  }
  return rate;
}

void Stimulation::hold(MatrixRef<double> u, Index neuron, double rate) const {
  u.row(neuron).setConstant(drive_at(rate));
}

void Stimulation::add_current(double since_onset_ms, MatrixRef<double> u) const {
  const double course_now = stimulus_course(protocol_, since_onset_ms);
  if (course_now == 0) return;
  const double current = protocol_.amplitude * course_now;
  if (protocol_.onto == P::Onto::input) {
    u.colwise() += current * network_.W_in.col(protocol_.channel);
    return;
  }
  for (const Index i : targets_)
    if (protocol_.stimulus == P::Stimulus::silence)
      hold(u, i, is_signed(network_) ? -1 : 0);
    else
      u.row(i).array() += current;
}

void Stimulation::hold_background(double since_onset_ms, MatrixRef<double> u) const {
  const bool changed = protocol_.background == P::Background::orthogonal && since_onset_ms >= protocol_.switch_ms;
  for (std::size_t i = 0; i < others_.size(); ++i) {
    const auto k = static_cast<Index>(i);
    hold(u, others_[i], protocol_.background == P::Background::silent ? 0 : changed ? orthogonal_(k) : pattern_(k));
  }
}

void Stimulation::hold_pairs(double since_onset_ms, MatrixRef<double> u) const {
  if (since_onset_ms < -pairing_hold_ms || since_onset_ms >= protocol_.length_ms) return;
  const auto rates = is_signed(network_) ? of_signed : of_nonnegative;
  const double part = std::clamp(since_onset_ms / protocol_.length_ms, 0.0, 1.0), range = rates.high - rates.low;
  const double post = protocol_.pairing == P::Pairing::rising    ? rates.low + range * part
                      : protocol_.pairing == P::Pairing::falling ? rates.high - range * part
                                                                 : rates.middle;
  for (const Index i : presynaptic_) hold(u, i, since_onset_ms < 0 ? 0 : rates.presynaptic);
  for (const Index i : targets_) hold(u, i, post);
}

void Stimulation::add(Index step, MatrixRef<double> u) {
  const double since_onset_ms = static_cast<double>(step) * dt_ms_ - event_ms_ - protocol_.onset_ms +
                                1e-9 * dt_ms_;  // a time that is a whole number of steps
  if (protocol_.background != P::Background::free) hold_background(since_onset_ms, u);
  if (protocol_.pairing != P::Pairing::none) hold_pairs(since_onset_ms, u);
  add_current(since_onset_ms, u);
}

}  // namespace stillpoint
