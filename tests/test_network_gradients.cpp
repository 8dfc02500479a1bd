// Gradients of networks beside the leaky ones: BPTT against finite differences, RTRL against BPTT, e-prop where it is
// exact.
#include "plasticity/gradient_check.hpp"
#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"
#include "tests/other_networks.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;
using namespace stillpoint::testing::other;

TEST_CASE("BPTT equals central differences for every other network, initial state and loss on the trajectory") {
  for (const auto& options : networks)
    for (const std::string state : {"random", "trained"})
      for (const std::string form : {"none", "loss"}) {
        auto chosen = options;
        chosen.emplace_back("network.initial_state", state);
        const auto network = network_of(chosen);
        chosen.insert(chosen.end(), {{"rule.name", "bptt"}, {"tcr.form", form}, {"tcr.lambda", "0.7"}});
        const auto resolved = resolve_options(chosen);
        auto consistency = consistency_of(resolved);
        auto trials = random_trials(K, O, T, B, seed);
        end_trials(trials, {12, 7, 10});
        Synapse<double> fixed;
        const auto rule = make_rule<double>(resolved);
        const auto check = check_gradient(network, integration, {}, trials, {seed, 0}, fixed, *rule,
                                          form == "loss" ? &consistency : nullptr);
        INFO(name_of(chosen) << ": difference " << check.largest_difference << ", gradient " << check.largest_gradient
                             << ", skipped " << check.skipped);
        CHECK(check.relative() < 1e-6);
        CHECK(check.largest_gradient > 1e-4);
        CHECK(check.skipped * 20 <= check.checked);
        if (state == "trained") CHECK(check.differences.r0.cwiseAbs().maxCoeff() > 1e-6);
        if (network.kind == "plrnn") CHECK(check.differences.A.cwiseAbs().maxCoeff() > 1e-6);
      }
}

TEST_CASE("BPTT stays exact where a synapse acts on a piecewise-linear or a low-rank network") {
  for (const auto& options : networks)
    for (const std::string synapse_kind : {"tcr", "tsodyks_markram"}) {
      if (options.front().second == "lstm") continue;
      auto chosen = options;
      chosen.emplace_back("synapse.kind", synapse_kind);
      // Rates of a piecewise-linear network have no bound: the synapse's own step would be unstable at the default.
      if (synapse_kind == "tcr") chosen.emplace_back("synapse.beta", "2");
      const auto network = network_of(chosen);
      const auto resolved = resolve_options(chosen);
      const auto synapse = synapse_model(resolved).make<double>(synapse_context(network, integration, {}, T));
      const auto rule = make_rule<double>(resolve_options({{"rule.name", "bptt"}}));
      const auto check =
          check_gradient(network, integration, {}, random_trials(K, O, T, B, seed), {seed, 0}, *synapse, *rule);
      INFO(name_of(chosen));
      CHECK(check.relative() < 1e-6);
    }
}

TEST_CASE("RTRL is BPTT for every network with one state per neuron, its own parameters included") {
  for (const auto& options : networks)
    for (const std::string form : {"none", "loss"}) {
      if (options.front().second == "lstm") continue;
      auto chosen = options;
      chosen.insert(chosen.end(), {{"network.initial_state", "trained"}, {"tcr.form", form}, {"rule.name", "rtrl"}});
      const auto network = network_of(chosen);
      chosen.emplace_back("network.size", "6");
      const auto resolved = resolve_options(chosen);
      auto consistency = consistency_of(resolved);
      Synapse<double> fixed;
      const auto rule = make_rule<double>(resolved);
      INFO(name_of(chosen));
      CHECK(check_gradient(network, integration, {}, random_trials(K, O, T, B, seed), {seed, 0}, fixed, *rule,
                           form == "loss" ? &consistency : nullptr)
                .relative() < 1e-6);
    }
}

TEST_CASE("e-prop of every other network equals BPTT without recurrent weights, and differs with them") {
  for (const auto& options : networks) {
    auto network = network_of(options);
    Synapse<double> fixed;
    const auto trials = random_trials(K, O, T, B, seed);
    const auto rule = make_rule<double>(resolve_options({{"rule.name", "e_prop"}}));
    INFO(name_of(options));
    CHECK(check_gradient(network, integration, {}, trials, {seed, 0}, fixed, *rule).relative() > 1e-3);
    network.W.setZero();
    network.M.setZero();
    network.bulk.resize(0, 0);
    CHECK(check_gradient(network, integration, {}, trials, {seed, 0}, fixed, *rule).relative() < 1e-6);
  }
}
