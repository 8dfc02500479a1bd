// What short-term synapses have in common: the start of a trial, replay, typed parameters.
#include "tests/short_term.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

TEST_CASE("every trial starts from the synapses' initial state") {
  const auto network = tanh_network("leaky_rate");
  const std::string kind = GENERATE(std::string("dense"), std::string("history"), std::string("chunked"),
                                    std::string("yoked"), std::string("tsodyks_markram"));
  const Assignments assignments = kind == "yoked"             ? tcr("auto", {{"synapse.current", "yoked"}})
                                  : kind == "tsodyks_markram" ? Assignments{{"synapse.kind", kind}}
                                                              : tcr(kind);
  const auto trials = random_trials();
  const auto synapse = synapse_for(network, euler, T, assignments);
  Simulation<double> simulation(network, euler);
  const Array first = simulation.run(trials, {}, *synapse).state, second = simulation.run(trials, {}, *synapse).state;
  CHECK(identical(first, second));
  // ... and belongs to the network of the run, not to that of an earlier one
  auto other = network;
  other.W *= 0.5;
  CHECK(largest_difference(simulate(other, euler, trials, *synapse).state, run<double>(other, assignments).state) <
        rounding);
}

TEST_CASE("replaying the recorded synapse reproduces the trajectory") {
  const auto network = tanh_network(any_kind());
  const auto assignments = GENERATE(tcr("history"), Assignments{{"synapse.kind", "tsodyks_markram"}});
  const auto method = GENERATE(Method::euler, Method::exponential_euler);
  const auto original = run<double>(network, assignments, random_trials(), {method, dt_ms, 1e-8});
  ReplayedSynapse<double> replayed;
  replayed.load(original);
  CHECK(largest_difference(simulate(network, {method, dt_ms, 1e-8}, random_trials(), replayed).state, original.state) <
        rounding);
}

TEST_CASE("a replayed efficacy goes to the trial that its shift names") {
  const auto network = tanh_network("leaky_rate");
  const auto made = synapse_for(network, euler, T, {{"synapse.kind", "tsodyks_markram"}});
  const auto source = simulate(network, euler, random_trials(), *made);
  for (const Index shift : {0, 1, 2}) {
    ReplayedSynapse<double> replayed(shift);
    replayed.load(source);
    const auto replay = simulate(network, euler, random_trials(), replayed);
    for (Index b = 0; b < B; ++b)
      CHECK(identical(of_trial(replay.efficacy, B, b), of_trial(source.efficacy, B, (b + shift) % B)));
  }
}

TEST_CASE("a synapse made from typed parameters is the one that its options name") {
  const auto network = tanh_network(any_kind());
  const auto state = [&](const SynapseModel& model) -> Array {
    return simulate(network, euler, random_trials(), *model.make<double>(synapse_context(network, euler, {}, T))).state;
  };
  CHECK(synapse_model(resolve_options({})).kind == "none");
  CHECK(identical(state(static_synapse()), run<double>(network, {}).state));
  TcrParameters temporal;
  temporal.beta = 60;
  temporal.tau_s_ms = 90;
  temporal.form = TcrParameters::Form::chunked;
  temporal.chunk = 7;
  CHECK(identical(state(tcr_synapse(temporal)), run<double>(network, tcr("chunked", {{"synapse.chunk", "7"}})).state));
  TsodyksMarkramParameters dynamic;
  dynamic.use = 0.3;
  dynamic.tau_f_ms = 400;
  dynamic.normalise = TsodyksMarkramParameters::Normalise::none;
  CHECK(identical(state(tsodyks_markram_synapse(dynamic)), run<double>(network, {{"synapse.kind", "tsodyks_markram"},
                                                                                 {"synapse.use", "0.3"},
                                                                                 {"synapse.tau_f_ms", "400"},
                                                                                 {"synapse.normalise", "none"}})
                                                               .state));
}

TEST_CASE("parameters out of bounds, and those that contradict each other, are refused by name") {
  TcrParameters p;
  p.tau_s_ms = 0;
  CHECK_THROWS_WITH(tcr_synapse(p), Catch::Contains("synapse.tau_s_ms = 0"));
  TsodyksMarkramParameters q;
  q.use = 1.5;
  CHECK_THROWS_WITH(tsodyks_markram_synapse(q), Catch::Contains("synapse.use = 1.5"));
  p = {};
  p.consolidation = 0.1;
  CHECK_NOTHROW(tcr_synapse(p));
  SynapseContext factors{euler, {}, false, true, N, T};
  CHECK_THROWS_WITH(tcr_synapse(p).make<double>(factors),
                    Catch::Contains("synapse.consolidation = 0.1") && Catch::Contains("factors"));
  factors.has_factors = false;
  CHECK(tcr_synapse(p).make<double>(factors)->consolidates());
  CHECK_FALSE(tcr_synapse({}).make<double>(factors)->consolidates());
  p.current = TcrParameters::Current::yoked;
  CHECK_THROWS_WITH(tcr_synapse(p), Catch::Contains("synapse.current = yoked"));
  p.current = TcrParameters::Current::own;
  p.postsynaptic = TcrParameters::Postsynaptic::permuted;
  CHECK_THROWS_WITH(tcr_synapse(p), Catch::Contains("synapse.postsynaptic = permuted"));
}
