// Weights that change during the trial.
#include "plasticity/learner.hpp"
#include "plasticity/short_term/short_term.hpp"
#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 6, K = 2, O = 2, T = 12, B = 3;
constexpr std::uint64_t seed = 8;

/// The network after one update of plain gradient descent.
Network<double> learned(const std::string& rule, double rate, long within_trial) {
  const auto options = resolve_options({{"rule.name", rule},
                                        {"rule.form", "online"},
                                        {"network.size", "6"},
                                        {"optimizer.name", "sgd"},
                                        {"optimizer.clip", "0"},
                                        {"optimizer.rate", std::to_string(rate)},
                                        {"training.within_trial", std::to_string(within_trial)}},
                                       Unused::ignored);
  auto network = random_network("leaky_rate", "tanh", N, K, O, seed);
  const Integration integration{Method::euler, 10, 0};
  Simulation<double> simulation(network, integration);
  Synapse<double> none;
  auto learner = learner_of<double>(options, network, seed);
  const TrialKey key{seed, 0};
  learner.learn(network, simulation, random_trials(K, O, T, B, seed), key, none);
  REQUIRE(learner.apply(network, key));
  return network;
}

double distance(const Network<double>& a, const Network<double>& b) {
  return (a.W - b.W).norm() + (a.W_in - b.W_in).norm() + (a.b - b.b).norm() + (a.W_out - b.W_out).norm() +
         (a.b_out - b.b_out).norm();
}

}  // namespace

TEST_CASE("changes within the trial add up to the change at its end, to first order in the rate") {
  for (const std::string rule : {"e_prop", "rtrl", "uoro", "kf_rtrl"})
    for (const long every : {1, 5}) {
      const auto start = random_network("leaky_rate", "tanh", N, K, O, seed);
      const auto gap = [&](double rate) { return distance(learned(rule, rate, every), learned(rule, rate, 0)); };
      INFO(rule << " every " << every);
      CHECK(gap(1e-3) > 0);
      CHECK(gap(1e-3) < 0.05 * distance(learned(rule, 1e-3, 0), start));
      // second order: a tenth of the rate, a hundredth of the gap
      CHECK(gap(1e-3) / gap(1e-4) == Approx(100).epsilon(0.15));
    }
}

TEST_CASE("an interval as long as the trial changes the weights at its end") {
  for (const std::string rule : {"e_prop", "rtrl"}) CHECK(distance(learned(rule, 0.1, T), learned(rule, 0.1, 0)) == 0);
}

TEST_CASE("rules that need the whole trial refuse to learn within it") {
  const auto network = random_network("leaky_rate", "tanh", N, K, O, seed);
  for (const std::string rule : {"bptt", "e_prop", "node_perturbation", "oja"})
    CHECK_THROWS_WITH(
        learner_of<double>(resolve_options({{"rule.name", rule}, {"training.within_trial", "2"}}), network, 1),
        Catch::Contains("training.within_trial = 2") && Catch::Contains("rule.form = online"));
}
