// Negative feedback on the derivative without plasticity, and its limit of one neuron, the high-pass.
#include <algorithm>

#include "analysis/points/current_stability.hpp"
#include "analysis/points/fixed_points.hpp"
#include "analysis/points/resting_synapse.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/bound_synapse.hpp"
#include "tests/short_term.hpp"
#include "tests/spectra.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr double tau_e = 120, tau_i = 15, k = 1.7, tau_h = 90;

SynapseModel feedback() { return derivative_feedback_synapse({tau_e, tau_i}); }
SynapseModel high_pass() { return high_pass_synapse({k, tau_h}); }
std::vector<SynapseModel> both() { return {feedback(), high_pass()}; }

/// y = (x, a, b): u = W+ a + W- b, as the model is written, without W r and its correction.
Derivative network_with_feedback(const Network<double>& network, const Array& held) {
  const Array W = network.recurrent();
  return [=, &network](Index step, const Column& y) {
    const Index n = network.size();
    Column change(3 * n);
    for (Index i = 0; i < n; ++i) {
      double u = held(i, step);
      for (Index j = 0; j < n; ++j) u += W(i, j) * (W(i, j) > 0 ? y(n + j) : y(2 * n + j));
      change(i) = pull(network, y(i), u) / network.tau_ms(i);
      change(n + i) = (rate_of(network, y(i)) - y(n + i)) / tau_e;
      change(2 * n + i) = (rate_of(network, y(i)) - y(2 * n + i)) / tau_i;
    }
    return change;
  };
}
/// y = (x, h)
Derivative network_with_high_pass(const Network<double>& network, const Array& held) {
  const Array W = network.recurrent();
  return [=, &network](Index step, const Column& y) {
    const Index n = network.size();
    Column change(2 * n);
    for (Index i = 0; i < n; ++i) {
      double u = held(i, step) - k * (rate_of(network, y(i)) - y(n + i));
      for (Index j = 0; j < n; ++j) u += W(i, j) * rate_of(network, y(j));
      change(i) = pull(network, y(i), u) / network.tau_ms(i);
      change(n + i) = (rate_of(network, y(i)) - y(n + i)) / tau_h;
    }
    return change;
  };
}
Derivative transcribed(const std::string& kind, const Network<double>& network, const Array& held) {
  return kind == "high_pass" ? network_with_high_pass(network, held) : network_with_feedback(network, held);
}
/// The state at trial start: what the rates are compared with is the rates.
Column at_start(const std::string& kind, const Network<double>& network) {
  const Column r = network.r0.unaryExpr([&](double x) { return rate_of(network, x); });
  Column y(network.size() * (kind == "high_pass" ? 2 : 3));
  if (kind == "high_pass")
    y << network.r0, r;
  else
    y << network.r0, r, r;
  return y;
}

Array jacobian_of(const std::function<Column(const Column&)>& F, const Column& y) {
  return central_differences(F, y, Array::Identity(y.size(), y.size()));
}

std::vector<Network<double>> networks() {
  std::vector<Network<double>> all;
  for (const char* kind : {"leaky_rate", "leaky_current"})
    for (const auto phi_kind : {Nonlinearity::tanh, Nonlinearity::softplus})
      all.push_back(random_network(kind, phi_kind, N, 1.3, seed));
  all.push_back(sparse_network("leaky_rate"));
  for (const Assignments& options : {Assignments{{"network.kind", "low_rank"}, {"network.rank", "2"}},
                                     Assignments{{"network.kind", "leaky_rate"}, {"network.excitatory", "0.5"}}}) {
    auto chosen = options;
    chosen.emplace_back("network.size", std::to_string(N));
    all.push_back(make_network(resolve_options(chosen), 2, 2, 8));
    all.back().b = normal_array(N, 1, 9, 0.3);
    all.back().r0 = normal_array(N, 1, 10, 0.4);
  }
  return all;
}

}  // namespace

TEST_CASE("feedback on the derivative and the high-pass follow their equations, index by index") {
  const auto trials = random_trials();
  for (const auto& network : networks())
    for (const auto& model : both()) {
      INFO(network.kind << ' ' << name_of(network.nonlinearity) << ' ' << model.kind);
      const auto synapse = model.make<double>(synapse_context(network, euler, {}, T));
      const auto made = simulate(network, euler, trials, *synapse);
      for (Index b = 0; b < B; ++b) {
        const Array path = euler_path(transcribed(model.kind, network, held_input(network, trials, b)),
                                      at_start(model.kind, network), T, dt_ms);
        CHECK(largest_difference(of_trial(made.state, B, b), path.topRows(N)) < rounding);
      }
      CHECK(made.current.leftCols(B).isZero(0));  // as at trial start there is no change
      CHECK(made.current.cwiseAbs().maxCoeff() > 1e-2);
    }
}

TEST_CASE("integrated jointly with their network they converge to the same path") {
  for (const char* kind : {"leaky_rate", "leaky_current"})
    for (const auto& model : both()) {
      const auto network = tanh_network(kind);
      const auto trials = held_trials(Array::Constant(2, 1, 0.6), 20);
      const Integration rk4{Method::rk4, dt_ms, 1e-8};
      const auto synapse = model.make<double>(synapse_context(network, rk4, {}, 20));
      const Array end = simulate(network, rk4, trials, *synapse).state.rightCols(1);
      const auto derivative = transcribed(model.kind, network, held_input(network, trials, 0));
      const Column expected = converged(derivative, at_start(model.kind, network), 20 * dt_ms, 20000);
      INFO(kind << ' ' << model.kind);
      CHECK(largest_difference(end, expected.head(N)) < 1e-4);  // dt/tau_i = 1/3: of the fourth order
      const auto coarse = converged(derivative, at_start(model.kind, network), 20 * dt_ms, 20);
      CHECK(largest_difference(end, coarse.head(N)) < 1e-12);
    }
}

TEST_CASE("the joint tangent with them is the derivative, as flow and as map, and the map is the simulation's step") {
  auto all = networks();
  for (const Assignments& options :
       {Assignments{{"network.kind", "rnn_map"}}, Assignments{{"network.kind", "plrnn"}, {"network.gain", "0.7"}},
        Assignments{{"network.kind", "leaky_rate"}, {"network.feedback", "uniform"}}}) {
    auto chosen = options;
    chosen.emplace_back("network.size", std::to_string(N));
    all.push_back(make_network(resolve_options(chosen), 2, 2, 8));
    all.back().r0 = normal_array(N, 1, 10, 0.4);
  }
  const Column input = (Column(2) << 0.4, -0.3).finished();
  for (auto& network : all) {
    network.dt_ms = dt_ms;
    for (const auto& model : both())
      for (const auto as : {System::As::flow, System::As::map}) {
        if (as == System::As::flow && network_kind(network.kind).map) continue;
        INFO(network.kind << ' ' << model.kind << (as == System::As::flow ? " flow" : " map"));
        const auto made = bound_to(network, model);
        const auto& synapse = *made->continuous();
        const System system(network, input, as);
        const auto joint = equations_with_synapse(system, synapse);
        const Column start = with_initial_synapse(system, synapse, network.r0),
                     y = start + normal_array(start.size(), 1, 12, 0.2);
        const Array q = normal_array(y.size(), 4, 13);
        CHECK((joint.tangent(y, q) - central_differences(joint.value, y, q)).cwiseAbs().maxCoeff() < 1e-8);
        if (as == System::As::flow) continue;
        const auto own = model.make<double>(synapse_context(network, euler, {}, 30));
        const auto run = simulate(network, euler, held_trials(input, 30), *own);
        const Stepper stepper(joint);
        Array moved = start;
        for (int t = 0; t < 30; ++t) stepper.advance(moved);
        CHECK((moved.topRows(N) - run.state.rightCols(1)).cwiseAbs().maxCoeff() < rounding);
        CHECK((moved.bottomRows(synapse.rows(N)) - own->continuous()->state()).cwiseAbs().maxCoeff() < rounding);
      }
  }
}

TEST_CASE("fixed points are the network's own, with the spectrum of the whole Jacobian") {
  for (const char* kind : {"leaky_rate", "leaky_current"})
    for (const auto& model : both()) {
      const auto network = random_network(kind, Nonlinearity::tanh, 4, 1.8, 11);
      const Column input = (Column(2) << 0.4, -0.3).finished();
      const System system(network, input, System::As::flow);
      const auto made = bound_to(network, model);
      CHECK(made->continuous()->silent_at_rest());
      FixedPointSearch search;
      search.starts = 20;
      search.synapse = made->continuous();
      const auto found = find_fixed_points(system, search);
      search.synapse = nullptr;
      const auto alone = find_fixed_points(system, search);
      INFO(kind << ' ' << model.kind);
      REQUIRE_FALSE(found.points.empty());
      REQUIRE(found.points.size() == alone.points.size());
      const auto derivative = transcribed(model.kind, network, held_input(network, held_trials(input, 1), 0));
      for (const auto& point : found.points) {
        const Column y = with_resting_synapse(system, *made->continuous(), point.state);
        CHECK(derivative(0, y).cwiseAbs().maxCoeff() < 1e-13);
        check_same_spectrum(
            point.eigenvalues,
            found.tau_ref_ms *
                eigenvalues_of(jacobian_of([&](const Column& at) { return derivative(0, at); }, y)).array(),
            1e-6);
        CHECK(std::any_of(alone.points.begin(), alone.points.end(), [&](const FixedPoint& each) {
          return (each.state - point.state).cwiseAbs().maxCoeff() < 1e-10;
        }));
      }
    }
}

TEST_CASE("near a state of constant |r| a TCR synapse is a high-pass of strength beta rho d tau / tau_s") {
  const Index n = 4;
  const double level = 0.6, rho = level * level, d = 1 - rho, tau = 40, beta = 25;
  for (const char* kind : {"leaky_rate", "leaky_current"}) {
    auto network = random_network(kind, Nonlinearity::tanh, n, 0.9, 5);
    network.tau_ms.setConstant(tau);
    const Column r = level * (Column(n) << 1, -1, -1, 1).finished();
    network.b = r.array().atanh() - (network.W * r).array();  // every neuron at the same slope
    const Column x = kind == std::string("leaky_current") ? Column(r.array().atanh()) : r;
    const System system(network, Column::Zero(2), System::As::flow);
    REQUIRE(system.velocity(x).cwiseAbs().maxCoeff() < 1e-14);
    const auto plastic = bound_to(network, tcr_synapse(dense_tcr(beta, tau_h)));
    const auto spectrum_at = [&](double strength) -> Eigen::VectorXcd {
      const auto fixed = bound_to(network, high_pass_synapse({strength, tau_h}));
      return eigenvalues_of(joint_linearisation(system, *fixed->continuous(), x));
    };
    const auto linear = current_linearisation(system, *plastic->continuous(), x);
    REQUIRE(linear);
    INFO(kind);
    check_same_spectrum(spectrum_at(beta * rho * d * tau / tau_h), eigenvalues_of(*linear), 1e-10);
  }
}

TEST_CASE("the step that they bear is where explicit Euler begins to grow, at slope 1") {
  // One relu neuron above its threshold; of inhibition alone, as the bound has it.
  const auto radius = [](Network<double> network, const SynapseModel& model, double step) {
    network.dt_ms = step;
    const System system(network, Column::Zero(2), System::As::map);
    const auto synapse = model.make<double>(synapse_context(network, {Method::euler, 1, 0}, {}, 1));
    synapse->continuous()->bind(network);
    const auto y = with_resting_synapse(system, *synapse->continuous(), network.r0);
    return std::pair(eigenvalues_of(joint_linearisation_at(system, *synapse->continuous(), y)).cwiseAbs().maxCoeff(),
                     synapse->stability_bound_ms(0.3));
  };
  auto network = random_network("leaky_rate", Nonlinearity::relu, 1, 1, 3);
  network.tau_ms << 50;
  network.r0 << 1;
  for (const double W : {0.0, -0.3, -10.0}) {
    network.W << W;
    network.b << 1 - W;
    const double bound = std::min(radius(network, feedback(), 1).second, network.tau_ms(0));
    INFO(W << ": " << bound << " ms");
    CHECK(radius(network, feedback(), 0.999 * bound).first < 1);
    if (bound < network.tau_ms(0)) CHECK(radius(network, feedback(), 1.001 * bound).first > 1);
    if (W == -10) CHECK(bound == Approx((50 + tau_i) / 11).epsilon(1e-12));
  }
  network.W << 0;
  network.b << 1;
  for (const double strength : {2.0, 20.0}) {
    const auto model = high_pass_synapse({strength, tau_h});
    const double bound = radius(network, model, 1).second;
    CHECK(radius(network, model, 0.999 * bound).first < 1);
    CHECK(radius(network, model, 1.001 * bound).first > 1);
  }
}

TEST_CASE("their typed parameters are their options, and what cannot be is refused by name") {
  const auto network = tanh_network("leaky_rate");
  const auto state = [&](const SynapseModel& model) -> Array {
    return simulate(network, euler, random_trials(), *model.make<double>(synapse_context(network, euler, {}, T))).state;
  };
  CHECK(identical(state(feedback()), run<double>(network, {{"synapse.kind", "derivative_feedback"},
                                                           {"synapse.tau_e_ms", "120"},
                                                           {"synapse.tau_i_ms", "15"}})
                                         .state));
  CHECK(identical(
      state(high_pass()),
      run<double>(network, {{"synapse.kind", "high_pass"}, {"synapse.strength", "1.7"}, {"synapse.tau_h_ms", "90"}})
          .state));
  CHECK(identical(state(high_pass_synapse({0, 90})), run<double>(network, {}).state));
  CHECK_THROWS_WITH(derivative_feedback_synapse({10, 10}),
                    Catch::Contains("synapse.tau_e_ms = 10") && Catch::Contains("synapse.tau_i_ms = 10"));
  CHECK_THROWS_WITH(derivative_feedback_synapse({10, 0}), Catch::Contains("synapse.tau_i_ms = 0"));
  CHECK_THROWS_WITH(high_pass_synapse({-1, 10}), Catch::Contains("synapse.strength = -1"));
  for (const auto& model : {derivative_feedback_synapse({9, 4}), high_pass_synapse({1, 4})})
    CHECK_THROWS_WITH(model.make<float>(synapse_context(network, euler, {}, T)), Catch::Contains("integration.dt_ms"));
  Network<double> gated = make_network(resolve_options({{"network.kind", "lstm"}, {"network.size", "4"}}), 2, 2, 8);
  for (const auto& model : both()) {
    const auto synapse = model.make<double>(synapse_context(gated, euler, {}, T));
    CHECK_THROWS_WITH(simulate(gated, euler, random_trials(), *synapse),
                      Catch::Contains("synapse.kind") && Catch::Contains("lstm"));
  }
}
