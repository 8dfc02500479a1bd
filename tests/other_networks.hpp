// Networks beside the plain leaky ones, as the tests of networks and rules share them.
#pragma once

#include "sim/initial_weights.hpp"
#include "tests/settings.hpp"

namespace stillpoint::testing::other {

constexpr Index K = 2, O = 2, T = 12, B = 3;
constexpr std::uint64_t seed = 20;
const Integration integration{Method::euler, 5, 0};

/// A network of `options`, with biases, so that no gradient vanishes by symmetry.
inline Network<double> network_of(Assignments options, Index size = 6) {
  options.emplace_back("network.size", std::to_string(size));
  auto network = make_network(resolve_options(options), K, O, seed);
  Stream stream(seed, Purpose::recurrent_weights, 7);
  for (auto& b : network.b) b += 0.3 * stream.normal();
  return network;
}

inline const std::vector<Assignments> networks = {
    {{"network.kind", "plrnn"}},
    {{"network.kind", "lstm"}},
    {{"network.kind", "low_rank"}, {"network.rank", "2"}},
    {{"network.kind", "low_rank"}, {"network.rank", "1"}, {"network.bulk", "0.9"}},
    {{"network.kind", "low_rank_current"}, {"network.rank", "2"}},
    {{"network.kind", "leaky_current"}, {"network.excitatory", "0.7"}, {"network.density", "0.7"}},
    {{"network.kind", "leaky_rate"}, {"network.modules", "2"}, {"network.tau_spread", "0.3"}},
};

inline std::string name_of(const Assignments& options) {
  std::string text;
  for (const auto& [option, value] : options) text += option + "=" + value + " ";
  return text;
}

}  // namespace stillpoint::testing::other
