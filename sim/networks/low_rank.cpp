// leaky_rate whose recurrent weights are the product of two N x R factors, beside an optional random bulk that does not
// learn (Mastrogiuseppe & Ostojic 2018, doi:10.1016/j.neuron.2018.07.003; R = 1 is the rank-one network):
//
//   W = bulk + (1/N) M V^T,   G_M = G V / N,   G_V = G^T M / N   from the gradient G for W
//
// M ~ g N(0,1), V ~ N(0,1), bulk_ij ~ N(0, g_bulk^2/N). A forward step costs O(N R) per trial without a bulk.
#include <cmath>

#include "sim/networks/leaky.hpp"
#include "sim/random.hpp"

namespace stillpoint {

namespace {

void initialise(Network<double>& network, const Options& options, std::uint64_t seed) {
  const auto N = static_cast<Index>(options.integer("network.size")),
             R = static_cast<Index>(options.integer("network.rank"));
  require_parameter(R <= N, "network.rank", options.text("network.rank"),
                 "must be at most network.size = " + options.text("network.size"));
  Stream stream(seed, Purpose::recurrent_weights);
  network.M.resize(N, R);
  network.V.resize(N, R);
  stream.fill_normal(network.M, options.number("network.gain"));
  stream.fill_normal(network.V);
  if (const double bulk = options.number("network.bulk"); bulk > 0) {
    network.bulk.resize(N, N);
    Stream(seed, Purpose::recurrent_weights, 1).fill_normal(network.bulk, bulk / std::sqrt(static_cast<double>(N)));
  }
  set_rates(network, options);
  draw_taus(network, options, stream);
}

template <class Scalar>
std::unique_ptr<Dynamics<Scalar>> make(const Network<Scalar>& network, const Integration& integration) {
  return std::make_unique<Leaky<Scalar>>(network, integration, Leaky<Scalar>::State::rate);
}

}  // namespace

NetworkKind low_rank_network() {
  auto options = tau_options();
  for (auto& option : rate_options()) options.push_back(option);
  options.push_back(integer_option("network.rank", "1", "", {1, 100000}, "rank R of what learns"));
  options.push_back(number_option("network.bulk", "0", "", nonnegative,
                                  "gain of a random full-rank matrix beside it that does not learn; 0: none"));
  NetworkKind kind{"low_rank",  "leaky_rate with W = M V^T / N + bulk, factors of rank R: what learns has rank R",
                   options,     initialise,
                   make<float>, make<double>};
  kind.starts_from_rate = true;
  return kind;
}

}  // namespace stillpoint
