// Tsodyks-Markram synapses.
#include "tests/short_term.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

TEST_CASE("Tsodyks-Markram synapses follow their equations, for signed and for nonnegative rates") {
  auto network = tanh_network(any_kind());
  network.nonlinearity = GENERATE(Nonlinearity::tanh, Nonlinearity::relu, Nonlinearity::logistic);
  const bool normalised = GENERATE(true, false);
  const TsodyksMarkramConstants c{0.3, 400, 150, 30, normalised};
  const Assignments assignments = {
      {"synapse.kind", "tsodyks_markram"}, {"synapse.use", "0.3"},
      {"synapse.tau_f_ms", "400"},         {"synapse.tau_d_ms", "150"},
      {"synapse.f_max_hz", "30"},          {"synapse.normalise", normalised ? "rest" : "none"}};
  const auto trials = random_trials();
  const auto made = run<double>(network, assignments, trials);
  const double rest = c.firing(network, 0), at_rest = c.steady_use(rest) * c.steady_resource(rest);
  for (Index b = 0; b < B; ++b) {
    const Array path = euler_path(network_with_tsodyks_markram(network, held_input(network, trials, b), c),
                                  with_resting_synapses(network, c), T, dt_ms);
    CHECK(largest_difference(of_trial(made.state, B, b), path.topRows(N)) < rounding);
    const Array efficacy = path.middleRows(N, N).cwiseProduct(path.bottomRows(N)) / (normalised ? at_rest : 1);
    CHECK(largest_difference(of_trial(made.efficacy, B, b), efficacy.leftCols(T)) < rounding);
    CHECK(largest_difference(of_trial(made.presynaptic, B, b),
                             efficacy.leftCols(T).cwiseProduct(of_trial(made.rates(), B, b).leftCols(T))) < rounding);
  }
  // At trial start the efficacy is 1, so that the first step is that of static weights, or u_0 x_0 without
  // normalisation
  CHECK(largest_difference(made.efficacy.leftCols(B), Array::Constant(N, B, normalised ? 1 : at_rest)) < 1e-15);
  auto scaled = network;
  if (!normalised) scaled.W *= at_rest;
  CHECK(largest_difference(made.state.middleCols(B, B), run<double>(scaled, {}, trials).state.middleCols(B, B)) <
        1e-15);
  CHECK(largest_difference(made.state, run<double>(scaled, {}, trials).state) > 1e-3);
}

TEST_CASE("at a constant rate Tsodyks-Markram synapses settle at u* and x*") {
  const auto phi_kind = GENERATE(Nonlinearity::tanh, Nonlinearity::relu);
  auto network = random_network("leaky_rate", phi_kind, N, 1, seed);
  network.tau_ms.setConstant(1e12);  // rates that hardly move
  network.r0 = Column::LinSpaced(N, phi_kind == Nonlinearity::tanh ? -1 : 0, 1);
  const TsodyksMarkramConstants c{0.2, 300, 150, 20, false};
  const auto synapse = synapse_for(network, euler, 2000,
                                   {{"synapse.kind", "tsodyks_markram"},
                                    {"synapse.tau_f_ms", "300"},
                                    {"synapse.tau_d_ms", "150"},
                                    {"synapse.normalise", "none"}});
  const auto run = simulate(network, euler, TrialSet<double>::zeros(2, 2, 2000, 1),
                            *synapse);  // 10 s: 33 of the slowest time constants
  const Array& state = synapse->continuous()->state();
  for (Index i = 0; i < N; ++i) {
    const double f = c.firing(network, network.r0(i));
    CHECK(state(i, 0) == Approx(c.steady_use(f)).epsilon(1e-7));  // rates drift by less than 1e-8
    CHECK(state(N + i, 0) == Approx(c.steady_resource(f)).epsilon(1e-7));
    CHECK(run.efficacy(i, 1999) == Approx(c.steady_use(f) * c.steady_resource(f)).epsilon(1e-7));
  }
  // Silent synapses: u* = U, x* = 1. Active ones: more used, less left.
  CHECK(state(0, 0) == Approx(0.2).epsilon(1e-7));
  CHECK(state(N, 0) == Approx(1).epsilon(1e-7));
  CHECK(state(N - 1, 0) > 0.2);
  CHECK(state(2 * N - 1, 0) < 1);
}

TEST_CASE("what the joint integration leaves behind is what was integrated") {
  // rules and replay read the efficacy, and the current on request, of any run
  const auto network = tanh_network("leaky_rate");
  const Integration rk4{Method::rk4, dt_ms, 1e-8};
  const auto trials = random_trials();
  const auto made = run<double>(network, {{"synapse.kind", "tsodyks_markram"}}, trials, rk4);
  CHECK(largest_difference(made.efficacy.leftCols(B), Array::Ones(N, B)) < 1e-15);
  CHECK(largest_difference(made.presynaptic, made.efficacy.cwiseProduct(made.rates().leftCols(T * B))) < rounding);
}
