// leaky_rate or leaky_current (as in the paper) whose recurrent weights are the product of two N x R factors, beside an
// optional random bulk that does not learn (Mastrogiuseppe & Ostojic 2018, doi:10.1016/j.neuron.2018.07.003; R = 1 is the
// rank-one network):
//
//   W = bulk + (1/N) M V^T,   G_M = G V / N,   G_V = G^T M / N   from the gradient G for W
//
// M ~ g N(0,1), V ~ N(0,1), bulk_ij ~ N(0, g_bulk^2/N). A forward step costs O(N R) per trial without a bulk.
#include <cmath>

#include "sim/networks/leaky.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

const ParameterList<LowRankParameters>& low_rank_list() {
  using P = LowRankParameters;
  static const auto list = ParameterList<P>()
                               .part(&P::taus, tau_list())
                               .part(&P::rates, rate_list())
                               .integer("network.rank", &P::rank, "", {1, 100000}, "rank R of what learns")
                               .number("network.bulk", &P::bulk, "", nonnegative,
                                       "gain of a random full-rank matrix beside it that does not learn; 0: none");
  return list;
}

void initialise_low_rank(Network<double>& network, const NetworkParameters& common, const LowRankParameters& parameters,
                         std::uint64_t seed) {
  const Index N = common.size, R = parameters.rank;
  require_parameter(R <= N, "network.rank", std::to_string(R), "must be at most network.size = " + std::to_string(N));
  Stream stream(seed, Purpose::recurrent_weights);
  network.M.resize(N, R);
  network.V.resize(N, R);
  stream.fill_normal(network.M, common.gain);
  stream.fill_normal(network.V);
  if (const double bulk = parameters.bulk; bulk > 0) {
    network.bulk.resize(N, N);
    Stream(seed, Purpose::recurrent_weights, 1).fill_normal(network.bulk, bulk / std::sqrt(static_cast<double>(N)));
  }
  set_rates(network, parameters.rates);
  draw_taus(network, N, parameters.taus, stream);
}

template <class Scalar, bool current>
std::unique_ptr<Dynamics<Scalar>> make_low_rank(const Network<Scalar>& network, const Integration& integration) {
  using State = typename Leaky<Scalar>::State;
  return std::make_unique<Leaky<Scalar>>(network, integration, current ? State::current : State::rate);
}

NetworkModel factored(const std::string& kind, const LowRankParameters& parameters) {
  low_rank_list().check(parameters);
  return {kind, [=](Network<double>& network, const NetworkParameters& common, double, std::uint64_t seed) {
            initialise_low_rank(network, common, parameters, seed);
          }};
}

template <bool current>
NetworkKind factored_network(const std::string& name, const std::string& neurons,
                             NetworkModel (*model)(const Options& options)) {
  NetworkKind kind{name,
                   neurons + " with W = M V^T / N + bulk, factors of rank R: what learns has rank R",
                   low_rank_list().options(),
                   model,
                   make_low_rank<float, current>,
                   make_low_rank<double, current>};
  kind.starts_from_rate = !current;
  kind.factors = true;
  return kind;
}

}  // namespace

NetworkModel low_rank(const LowRankParameters& parameters) { return factored("low_rank", parameters); }
NetworkModel low_rank_current(const LowRankParameters& parameters) { return factored("low_rank_current", parameters); }

NetworkKind low_rank_network() {
  return factored_network<false>("low_rank", "leaky_rate",
                                 [](const Options& options) { return low_rank(low_rank_list().from(options)); });
}

NetworkKind low_rank_current_network() {
  return factored_network<true>("low_rank_current", "leaky_current",
                                [](const Options& options) { return low_rank_current(low_rank_list().from(options)); });
}

}  // namespace stillpoint
