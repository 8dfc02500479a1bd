// Temporal consistency as a synapse: its equation, its three forms, its stability bound.
#include <fmt/format.h>

#include "tests/short_term.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

TEST_CASE("temporal consistency follows tau_s dS/dt = -S - (beta/N) v d r, index by index") {
  const bool sparse = GENERATE(false, true);
  const auto kind = any_kind();
  const auto phi_kind = GENERATE(Nonlinearity::tanh, Nonlinearity::softplus, Nonlinearity::relu);
  auto network = sparse ? sparse_network(kind) : tanh_network(kind);
  network.nonlinearity = phi_kind;
  const auto trials = random_trials();
  const auto dense = run<double>(network, tcr("dense"), trials);
  for (Index b = 0; b < B; ++b) {
    const Array path = euler_path(network_with_tcr(network, held_input(network, trials, b), {beta, tau_s_ms}),
                                  with_zero_synapses(network), T, dt_ms);
    CHECK(largest_difference(of_trial(dense.state, B, b), path.topRows(N)) < rounding);
    Array current(N, T);
    for (Index t = 0; t < T; ++t)
      current.col(t) = synapses(path, t) * path.col(t).head(N).unaryExpr([&](double x) { return rate_of(network, x); });
    CHECK(current.cwiseAbs().maxCoeff() > 0.05);
    CHECK(largest_difference(of_trial(dense.current, B, b), current) < rounding);
  }
}

TEST_CASE("dense, history and chunked forms of temporal consistency are the same numbers") {
  const auto network = tanh_network(any_kind());
  const auto reference = run<double>(network, tcr("dense"));
  const auto check = [&](const Assignments& form) {
    const auto precise = run<double>(network, form);
    const auto rough = run<float>(network, form);
    CHECK(largest_difference(precise.state, reference.state) < rounding);
    CHECK(largest_difference(precise.current, reference.current) < rounding);
    CHECK(largest_difference(rough.state, reference.state) < 1e-4);
  };
  check(tcr("dense"));
  check(tcr("history"));
  for (const std::string chunk : {"1", "7", "16", "59", "60", "75"}) {
    INFO("chunk " << chunk);
    check(tcr("chunked", {{"synapse.chunk", chunk}}));
  }
  CHECK(largest_difference(reference.state, run<double>(network, {}).state) > 0.1);  // the synapse matters
}

TEST_CASE("a synapse without memory beyond one step, tau_s = dt, has the same forms") {
  const auto network = tanh_network("leaky_rate");
  const Assignments short_memory = {{"synapse.tau_s_ms", "5"}, {"synapse.beta", "1"}};
  const auto reference = run<double>(network, tcr("dense", short_memory));
  for (const std::string form : {"history", "chunked"})
    CHECK(largest_difference(run<double>(network, tcr(form, short_memory)).state, reference.state) < rounding);
}

TEST_CASE("a synapse whose target rises under its drive weakens: the current opposes the change") {
  const auto network = tanh_network(any_kind());
  const auto form = any_form();
  const auto trials = held_trials(normal_array(2, B, seed + 30, 0.7), T);
  const auto with = run<double>(network, tcr(form), trials), without = run<double>(network, {}, trials);
  // After the first step S r = -(beta dt/(N tau_s)) v d (r(0).r(1)), and r(0).r(1) > 0: every current has the sign
  // opposite to the change.
  const Array change = with.rates().middleCols(B, B) - with.rates().leftCols(B),
              current = with.current.middleCols(B, B);
  CHECK((with.rates().leftCols(B).cwiseProduct(with.rates().middleCols(B, B)).colwise().sum().array() > 0).all());
  CHECK((change.cwiseProduct(current).array() < 0).all());
  CHECK(with.current.leftCols(B).isZero(0));  // S = 0 at trial start
  // ... so that the second step is shorter than that of the static network, which was in the same place
  const Array slowed = with.state.middleCols(2 * B, B) - with.state.middleCols(B, B),
              free = without.state.middleCols(2 * B, B) - without.state.middleCols(B, B);
  CHECK((change.array().sign() * (slowed - free).array() < 0).all());
}

TEST_CASE("temporal consistency slows a network") {
  const auto network = random_network("leaky_rate", Nonlinearity::tanh, 40, 2.5, seed);
  const auto trials = noisy_trials(2, 200, 8, seed);
  double previous = INFINITY;
  for (const std::string strength : {"0", "30", "100"}) {
    const auto synapse = synapse_for(network, euler, 200, {{"synapse.kind", "tcr"}, {"synapse.beta", strength}});
    Simulation<double> simulation(network, euler);
    simulation.run(trials, {}, *synapse);
    const double speed = population_speed(simulation, trials);
    CHECK(speed < 0.95 * previous);
    previous = speed;
  }
}

TEST_CASE("temporal consistency of strength zero is no synapse at all") {
  const auto network = tanh_network(any_kind());
  CHECK(
      identical(run<double>(network, tcr(any_form(), {{"synapse.beta", "0"}})).state, run<double>(network, {}).state));
}

TEST_CASE("with a mask S stays zero where there is no connection, and grows where there is one") {
  const auto network = sparse_network(any_kind());
  with_dense_state(network, tcr("auto"), {}, 20, [&](const auto&, const Array& state) {
    for (Index b = 0; b < B; ++b) {
      const Eigen::Map<const Array> S(state.col(b).data(), N, N);
      CHECK(((S.array() != 0).template cast<double>() == network.mask.array()).all());
    }
  });
  for (const std::string form : {"history", "chunked"}) CHECK_THROWS_AS(run<double>(network, tcr(form)), UserError);
}

TEST_CASE("just below the stability bound the synaptic update decays, just above it grows") {
  CHECK(tcr_stability_bound_ms(100, 200, 0.5) == Approx(400. / 51).epsilon(1e-14));  // rounding
  // Relu neurons above threshold (d = 1) that hardly move: S r relaxes at rate (1 + beta rho)/tau_s about its fixed
  // point
  const auto form = any_form();
  auto network = linear_network("leaky_rate", seed);
  network.r0 /= network.r0.norm() / std::sqrt(5.);  // rho = 1
  network.W.setZero();
  network.W_in.setZero();
  network.b = network.r0 + normal_array(5, 1, seed + 40, 1e-4);  // v starts at 1e-4, so that u stays above threshold
  network.tau_ms.setConstant(1e12);
  for (const double strength : {10., 100.})
    for (const double relative : {0.5, 0.97, 1.03}) {
      const double bound = 2 * tau_s_ms / (1 + strength), dt = relative * bound;
      const auto assignments = tcr(form, {{"synapse.beta", fmt::format("{}", strength)}});
      const auto synapse = synapse_for(network, {Method::euler, dt, 1e-8}, 101, assignments);
      CHECK(synapse->stability_bound_ms(1) == Approx(bound).epsilon(1e-14));  // rounding
      Simulation<double> simulation(network, {Method::euler, dt, 1e-8});
      simulation.keep_current(true);
      const auto trials = TrialSet<double>::zeros(2, 2, 101, 1);
      const auto& current = simulation.run(trials, {}, *synapse).current;
      const Column limit = -strength / (1 + strength) * (network.b - network.r0);
      // Each step multiplies the distance from the fixed point by 1 - dt (1 + beta rho)/tau_s = 1 - 2 relative
      const double ratio = (current.col(100) - limit).norm() / limit.norm();
      INFO("beta " << strength << ", dt " << dt << ", bound " << bound);
      CHECK((ratio < 1) == (relative < 1));
      CHECK(ratio ==
            Approx(std::pow(1 - 2 * relative, 100)).epsilon(1e-6).margin(1e-8));  // rho drifts by less than 1e-9
    }
}

TEST_CASE("integrated jointly, temporal consistency keeps its mask and its permutation") {
  const auto network = sparse_network("leaky_rate");
  const std::string postsynaptic = GENERATE(std::string("own"), std::string("permuted"));
  constexpr double dt = 1e-3;  // so short that one step of rk4 differs from one of Euler by dt/tau = 2.5e-5 of it
  const auto first_S = [&](Method method) {
    const Integration integration{method, dt, 1e-8};
    const auto synapse = synapse_for(network, integration, 1, tcr("auto", {{"synapse.postsynaptic", postsynaptic}}));
    Simulation<double> simulation(network, integration);
    simulation.run(noisy_trials(2, 1, B, seed), {seed, 4}, *synapse);
    return method == Method::rk4 ? simulation.joint_synapse_state() : synapse->continuous()->state();
  };
  const Array split = first_S(Method::euler), joint = first_S(Method::rk4);
  CHECK(largest_difference(joint, split) < 1e-3 * split.cwiseAbs().maxCoeff());
  for (Index b = 0; b < B; ++b) {
    const Eigen::Map<const Array> S(joint.col(b).data(), N, N);
    CHECK(((S.array() != 0).template cast<double>() == network.mask.array()).all());
  }
}

TEST_CASE("every form of temporal consistency reports its stability bound at the rates it is asked about") {
  const auto network = tanh_network("leaky_rate");
  const Assignments form =
      GENERATE(tcr("dense"), tcr("history"), tcr("chunked"), tcr("dense", {{"synapse.current", "yoked"}}));
  const auto synapse = synapse_for(network, euler, T, form);
  for (const double rho : {0., 0.25, 1.})
    CHECK(synapse->stability_bound_ms(rho) == Approx(2 * tau_s_ms / (1 + 60 * rho)).epsilon(1e-14));  // rounding
}

TEST_CASE("temporal consistency takes the form that the method needs, and refuses what no form can do") {
  const auto network = tanh_network("leaky_rate");
  for (const auto method : {Method::rk4, Method::dopri5}) {
    const Integration joint{method, dt_ms, 1e-8};
    const auto synapse = synapse_for(network, joint, T, tcr("auto"));
    CHECK_NOTHROW(simulate(network, joint, random_trials(), *synapse));
  }
  const Assignments permuted = tcr("dense", {{"synapse.postsynaptic", "permuted"}});
  CHECK_THROWS_AS(synapse_for(network, {Method::dopri5, dt_ms, 1e-8}, T, permuted), UserError);
  CHECK_NOTHROW(synapse_for(network, {Method::rk4, dt_ms, 1e-8}, T, permuted));
  CHECK_THROWS_AS(synapse_for(network, {Method::euler, 90.1, 1e-8}, T, tcr("dense")), UserError);  // tau_s = 90 ms
  CHECK_NOTHROW(synapse_for(network, {Method::euler, 90, 1e-8}, T, tcr("dense")));
}
