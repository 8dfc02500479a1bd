// Short-term synapses: temporal consistency in its three forms and its controls, Tsodyks-Markram, and replay.
//
// Rounding: over some 60 steps of numbers of order one, two ways to the same trajectory differ by less than 1e-12 in
// double and 1e-4 in float.
#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>

#include "sim/random.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr std::uint64_t seed = 57;
constexpr Index N = 9, T = 60, B = 3;
constexpr double dt_ms = 5, beta = 60, tau_s_ms = 90, rounding = 1e-12;
const Integration euler{Method::euler, dt_ms, 1e-8};

Assignments tcr(const std::string& form, const Assignments& more = {}) {
  Assignments all = {
      {"synapse.kind", "tcr"}, {"synapse.form", form}, {"synapse.beta", "60"}, {"synapse.tau_s_ms", "90"}};
  for (const auto& [name, value] : more) {
    all.erase(
        std::remove_if(all.begin(), all.end(), [&, option = name](const auto& entry) { return entry.first == option; }),
        all.end());
    all.emplace_back(name, value);
  }
  return all;
}

std::string any_kind() { return GENERATE(std::string("leaky_rate"), std::string("leaky_current")); }
std::string any_form() { return GENERATE(std::string("dense"), std::string("history"), std::string("chunked")); }
Network<double> tanh_network(const std::string& kind) { return random_network(kind, Nonlinearity::tanh, N, 1.3, seed); }
TrialSet<double> random_trials(Index batch = B) { return noisy_trials(2, T, batch, seed); }

template <class Scalar>
Trajectory<Scalar> run(const Network<double>& network, const Assignments& synapse,
                       const TrialSet<double>& trials = random_trials(), const Integration& integration = euler,
                       TrialKey key = {}) {
  const auto cast = network.cast<Scalar>();
  const auto made = synapse_for<Scalar>(cast, integration, trials.steps, synapse);
  return simulate<Scalar>(cast, integration, trials.cast<Scalar>(), *made, {}, key);
}
Trajectory<double> run(const Network<double>& network, const Assignments& synapse, TrialKey key) {
  return run<double>(network, synapse, random_trials(), euler, key);
}

/// S(t) of one trial as an N x N matrix, from the packed state of a transcription.
Array synapses(const Array& path, Index t) { return Eigen::Map<const Array>(path.col(t).data() + N, N, N); }

/// The dense synapse after `steps` steps; its state is S of each trial, column by column.
template <class Use>
void with_dense_state(const Network<double>& network, const Assignments& assignments, TrialKey key, Index steps,
                      Use use) {
  const auto trials = random_trials();
  const auto synapse = synapse_for(network, euler, T, assignments);
  Simulation<double> simulation(network, euler);
  simulation.begin(trials, key, *synapse);
  for (Index t = 0; t < steps; ++t) simulation.step(t);
  use(simulation.trajectory(), synapse->continuous()->state());
}

Network<double> sparse_network(const std::string& kind) {
  auto network = tanh_network(kind);
  network.mask = (normal_array(N, N, seed + 20).array() > 0).cast<double>();
  network.W.array() *= network.mask.array();
  return network;
}

}  // namespace

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

TEST_CASE(
    "permuted control: the same postsynaptic factors at the wrong neurons, shuffled anew in each trial, reproducibly") {
  const auto network = tanh_network(any_kind());
  const auto permuted = tcr("dense", {{"synapse.postsynaptic", "permuted"}});
  // After one step S = -(beta dt/(N tau_s)) q r^T: its first column tells where each q went.
  const auto columns = [&](const Assignments& assignments, TrialKey key) {
    Array first(N, B);
    with_dense_state(network, assignments, key, 1, [&](const auto&, const Array& state) { first = state.topRows(N); });
    return first;
  };
  const Array own = columns(tcr("dense"), {seed, 0}), shuffled = columns(permuted, {seed, 0});
  const auto sorted = [](Column values) {
    std::sort(values.begin(), values.end());
    return values;
  };
  const auto destinations = [&](const Array& from, const Array& to, Index b) {
    std::vector<Index> where;
    for (Index i = 0; i < N; ++i) {
      Index found;
      (to.col(b).array() - from(i, b)).abs().minCoeff(&found);
      where.push_back(found);
    }
    return where;
  };
  for (Index b = 0; b < B; ++b) {
    CHECK(largest_difference(sorted(shuffled.col(b)), sorted(own.col(b))) < 1e-15);
    CHECK(destinations(own, shuffled, b) != destinations(own, own, b));
    CHECK(destinations(own, shuffled, b) != destinations(own, shuffled, (b + 1) % B));  // one chance in 9! for each
    CHECK(destinations(own, shuffled, b) !=
          destinations(columns(tcr("dense"), {seed, 1}), columns(permuted, {seed, 1}), b));
    CHECK(destinations(own, shuffled, b) !=
          destinations(columns(tcr("dense"), {seed + 1, 0}), columns(permuted, {seed + 1, 0}), b));
  }
  const auto reference = run(network, permuted, {seed, 0});
  CHECK(identical(reference.state, run(network, permuted, {seed, 0}).state));
  for (const std::string form :
       {"history", "chunked"})  // wrong neurons are not stabilised: rounding grows by 1e5 over the trial
    CHECK(largest_difference(run(network, tcr(form, {{"synapse.postsynaptic", "permuted"}}), {seed, 0}).state,
                             reference.state) < 1e-8);
}

TEST_CASE("yoked control: each trial receives the current of the next trial of the batch when that ran unyoked") {
  const auto network = tanh_network(any_kind());
  const auto form = any_form();
  const auto unyoked = run<double>(network, tcr(form)),
             yoked = run<double>(network, tcr(form, {{"synapse.current", "yoked"}}));
  for (Index b = 0; b < B; ++b)
    CHECK(identical(of_trial(yoked.current, B, b), of_trial(unyoked.current, B, (b + 1) % B)));
  CHECK(largest_difference(yoked.state, unyoked.state) > 1e-3);
  CHECK_THROWS_AS(run<double>(network, tcr(form, {{"synapse.current", "yoked"}}), random_trials(1)), UserError);
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

namespace {
/// Probability of a chi-square at least this large.
double tail(double chi_square, int degrees) { return boost::math::gamma_q(0.5 * degrees, 0.5 * chi_square); }
}  // namespace

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

TEST_CASE("the permuted control sends every factor to every neuron equally often") {
  INFO("seed " << seed);
  constexpr Index trials = 4000, neurons = 5;
  auto network = random_network("leaky_rate", Nonlinearity::tanh, neurons, 1.3, seed);
  const auto first_column = [&](const std::string& postsynaptic) -> Array {
    const auto synapse = synapse_for(network, euler, 1, tcr("dense", {{"synapse.postsynaptic", postsynaptic}}));
    simulate(network, euler, held_trials(Array::Constant(2, trials, 0.3), 1), *synapse, {}, {seed, 0});
    return synapse->continuous()->state().topRows(neurons);
  };
  const Array own = first_column("own"), shuffled = first_column("permuted");
  Array count = Array::Zero(neurons, neurons);
  double fixed = 0;
  for (Index b = 0; b < trials; ++b) {
    int at_home = 0;
    for (Index i = 0; i < neurons; ++i) {
      Index to;
      (shuffled.col(b).array() - own(i, b)).abs().minCoeff(&to);
      ++count(i, to);
      at_home += to == i;
    }
    fixed += at_home == 0;
  }
  const double expected = static_cast<double>(trials) / neurons;
  // rows and columns sum to the number of trials: (neurons - 1)^2 degrees of freedom, scaled by neurons/(neurons - 1)
  const double chi_square = (count.array() - expected).square().sum() / expected * (neurons - 1) / neurons;
  CHECK(tail(chi_square, (neurons - 1) * (neurons - 1)) > 1e-4);
  const double derangements = 44. / 120;  // of five
  CHECK(std::abs(fixed / trials - derangements) < 4 * std::sqrt(derangements * (1 - derangements) / trials));
}

TEST_CASE("the permuted control shuffles by Fisher and Yates with the stream of its trial") {
  const auto network = tanh_network("leaky_rate");
  const TrialKey key{seed, 2};
  const auto first_column = [&](const std::string& postsynaptic) -> Array {
    const auto synapse = synapse_for(network, euler, 1, tcr("dense", {{"synapse.postsynaptic", postsynaptic}}));
    simulate<double>(network, euler, noisy_trials(2, 1, B, seed), *synapse, {}, key);
    return synapse->continuous()->state().topRows(N);
  };
  const Array own = first_column("own"), shuffled = first_column("permuted");
  for (Index b = 0; b < B; ++b) {
    std::vector<Index> from(N);
    for (Index i = 0; i < N; ++i) from[static_cast<std::size_t>(i)] = i;
    Stream stream(key.seed, Purpose::permutation, key.update, static_cast<std::uint64_t>(b));
    for (Index i = N - 1; i > 0; --i)
      std::swap(from[static_cast<std::size_t>(i)], from[static_cast<std::size_t>(stream.below(i + 1))]);
    for (Index i = 0; i < N; ++i)
      CHECK(shuffled(i, b) == Approx(own(from[static_cast<std::size_t>(i)], b)).epsilon(1e-14));
  }
}

TEST_CASE("the yoked control runs its unyoked twin under the trial's own noise and name") {
  const auto network = tanh_network("leaky_rate");
  const Noise noise{0.1, 0.2, 20};
  const TrialKey key{seed, 3};
  const auto run = [&](const Assignments& more) {
    const auto synapse = synapse_for(network, euler, T, tcr("history", more), noise);
    return simulate<double>(network, euler, random_trials(), *synapse, noise, key);
  };
  const auto unyoked = run({}), yoked = run({{"synapse.current", "yoked"}});
  for (Index b = 0; b < B; ++b)
    CHECK(identical(of_trial(yoked.current, B, b), of_trial(unyoked.current, B, (b + 1) % B)));
}

TEST_CASE("every form of temporal consistency reports its stability bound at the rates it is asked about") {
  const auto network = tanh_network("leaky_rate");
  const Assignments form =
      GENERATE(tcr("dense"), tcr("history"), tcr("chunked"), tcr("dense", {{"synapse.current", "yoked"}}));
  const auto synapse = synapse_for(network, euler, T, form);
  for (const double rho : {0., 0.25, 1.})
    CHECK(synapse->stability_bound_ms(rho) == Approx(2 * tau_s_ms / (1 + 60 * rho)).epsilon(1e-14));  // rounding
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
