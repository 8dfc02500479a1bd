// The joint equations of network and short-term synapses against literal transcriptions, finite differences, the
// simulation's own steps, the linearisation at fixed points, and twin trajectories.

#include "analysis/paths/lyapunov.hpp"
#include "analysis/paths/lyapunov_spectrum.hpp"
#include "analysis/points/current_stability.hpp"
#include "analysis/points/newton.hpp"
#include "analysis/start_states.hpp"
#include "analysis/synaptic_equations.hpp"
#include "sim/linear_algebra.hpp"
#include "tests/bound_synapse.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

const TcrConstants tcr{30, 150};
const TsodyksMarkramConstants constants{0.3, 700, 150, 30, true};

std::vector<SynapseModel> both() {
  return {tcr_synapse(dense_tcr(tcr.beta, tcr.tau_s_ms)), tsodyks_markram_synapse(parameters_of(constants))};
}

/// Of directions or states of S, what exists.
void keep_existing(const Network<double>& network, const SynapseModel& model, Array& y) {
  const Index N = network.size();
  if (network.mask.size() > 0 && model.kind == "tcr")
    y.bottomRows(N * N).array().colwise() *= network.mask.reshaped().array();
}

/// A state with synapses of its own: S, or use and resource of (0, 1).
Column joint_state(const Network<double>& network, const SynapseModel& model, std::uint64_t seed) {
  const System system(network, Column::Zero(2), System::as_trained(network));
  const auto synapse = bound_to(network, model);
  Array y = with_initial_synapse(system, *synapse->continuous(), network.r0);
  const Column kick = normal_array(y.size(), 1, seed);
  const Index N = network.size();
  if (model.kind == "tcr")
    y.bottomRows(N * N) = 0.3 * kick.tail(N * N);
  else
    y.bottomRows(2 * N) = y.bottomRows(2 * N).array() * (0.2 * kick.tail(2 * N).array()).exp();
  keep_existing(network, model, y);
  return y;
}

}  // namespace

TEST_CASE("the joint equations are the model's, index by index, and their Jacobian that of the transcription") {
  for (const char* kind : {"leaky_rate", "leaky_current"})
    for (const auto phi : {Nonlinearity::tanh, Nonlinearity::softplus, Nonlinearity::logistic})
      for (const bool masked : {false, true}) {
        auto network = random_network(kind, phi, 5, 1.5, 4);
        network.dt_ms = 5;
        if (masked) {
          network.mask = normal_array(5, 5, 8).unaryExpr([](double z) { return z > -0.3 ? 1.0 : 0.0; });
          network.W.array() *= network.mask.array();
        }
        const Column input = Column::Constant(2, 0.4);
        const Array held = held_input(network, held_trials(input, 1), 0);
        for (const auto& model : both()) {
          INFO(kind << " " << name_of(phi) << (masked ? " masked " : " ") << model.kind);
          const auto literal = model.kind == "tcr" ? network_with_tcr(network, held, tcr)
                                                   : network_with_tsodyks_markram(network, held, constants);
          const auto made = bound_to(network, model);
          const auto& synapse = *made->continuous();
          const Column y = joint_state(network, model, 11);
          Array q = normal_array(y.size(), 3, 12);
          keep_existing(network, model, q);
          const System flow(network, input, System::As::flow), map(network, input, System::As::map);
          const auto equations = equations_with_synapse(flow, synapse), stepped = equations_with_synapse(map, synapse);
          REQUIRE(equations.dimension == y.size());
          CHECK((equations.value(y) - literal(0, y)).cwiseAbs().maxCoeff() < 1e-15);
          CHECK((stepped.value(y) - (y + 5 * literal(0, y))).cwiseAbs().maxCoeff() < 1e-14);
          const auto slopes = central_differences([&](const Column& at) { return literal(0, at); }, y, q);
          CHECK((equations.tangent(y, q) - slopes).cwiseAbs().maxCoeff() < 1e-9);
          CHECK((stepped.tangent(y, q) - (q + 5 * slopes)).cwiseAbs().maxCoeff() < 5e-9);
          // Columns are trials of their own.
          Matrix<double> two(y.size(), 2);
          two << y, joint_state(network, model, 13);
          CHECK((equations.value(two).col(0) - equations.value(y)).cwiseAbs().maxCoeff() < 1e-15);
        }
      }
}

TEST_CASE("with factors, feedback, Dale's law and in discrete time, the tangent is the derivative of the value") {
  std::vector<Network<double>> networks;
  for (const Assignments& options :
       {Assignments{{"network.kind", "low_rank"}, {"network.rank", "2"}, {"network.bulk", "1"}},
        Assignments{{"network.kind", "leaky_rate"}, {"network.feedback", "uniform"}, {"network.tau_ms", "20..80"}},
        Assignments{{"network.kind", "leaky_current"}, {"network.feedback", "uniform"}},
        Assignments{{"network.kind", "rnn_map"}}, Assignments{{"network.kind", "plrnn"}},
        Assignments{{"network.kind", "leaky_rate"}, {"network.excitatory", "0.5"}}}) {
    auto all = options;
    all.emplace_back("network.size", "6");
    networks.push_back(make_network(resolve_options(all), 2, 1, 3));
    networks.back().r0 = normal_array(6, 1, 5, 0.4);
    networks.back().dt_ms = 5;
  }
  for (const auto& network : networks)
    for (const auto& model : both())
      for (const auto as : {System::As::flow, System::As::map}) {
        if (as == System::As::flow && network_kind(network.kind).map) continue;
        INFO(network.kind << " " << model.kind << (as == System::As::flow ? " flow" : " map"));
        const System system(network, Column::Constant(2, 0.4), as);
        const auto synapse = bound_to(network, model);
        const auto equations = equations_with_synapse(system, *synapse->continuous());
        const Column y = joint_state(network, model, 21);
        Array q = normal_array(y.size(), 3, 22);
        keep_existing(network, model, q);
        const auto slopes = central_differences([&](const Column& at) { return equations.value(at); }, y, q);
        CHECK((equations.tangent(y, q) - slopes).cwiseAbs().maxCoeff() < 1e-8);
      }
}

TEST_CASE("the map of the joint equations is the simulation's step, with every kind of network and constraint") {
  for (const Assignments& options :
       {Assignments{{"network.kind", "low_rank"}, {"network.rank", "2"}},
        Assignments{{"network.kind", "leaky_rate"}, {"network.feedback", "uniform"}},
        Assignments{{"network.kind", "leaky_current"}, {"network.density", "0.5"}},
        Assignments{{"network.kind", "rnn_map"}}, Assignments{{"network.kind", "plrnn"}, {"network.gain", "0.8"}},
        Assignments{{"network.kind", "leaky_rate"}, {"network.excitatory", "0.5"}, {"network.gain", "3"}}})
    for (const char* kind : {"tcr", "tsodyks_markram"}) {
      auto all = options;
      all.emplace_back("network.size", "6");
      all.emplace_back("synapse.kind", kind);
      auto network = make_network(resolve_options(all), 2, 1, 3);
      network.r0 = normal_array(6, 1, 5, 0.4);
      network.dt_ms = 5;
      const Integration euler{Method::euler, 5, 0};
      all.clear();
      all.emplace_back("synapse.kind", kind);
      if (kind == std::string("tcr")) {  // a beta that suits rates without a bound, of plrnn
        all.emplace_back("synapse.form", "dense");
        all.emplace_back("synapse.beta", "2");
      }
      const auto synapse = synapse_for(network, euler, 40, all);
      const auto run = simulate(network, euler, held_trials(Array::Constant(2, 1, 0.3), 40), *synapse);
      const System system(network, Column::Constant(2, 0.3), System::As::map);
      const auto model = kind == std::string("tcr") ? tcr_synapse(dense_tcr(2, 200)) : tsodyks_markram_synapse({});
      const auto bound = bound_to(network, model);
      const Stepper stepper(equations_with_synapse(system, *bound->continuous()));
      Matrix<double> y = with_initial_synapse(system, *bound->continuous(), network.r0);
      for (int t = 0; t < 40; ++t) stepper.advance(y);
      INFO(network.kind << " " << kind);
      CHECK((y.topRows(6) - run.state.rightCols(1)).cwiseAbs().maxCoeff() < 1e-12);
      const Array& state = synapse->continuous()->state();
      CHECK((y.bottomRows(state.rows()) - state).cwiseAbs().maxCoeff() < 1e-12);
    }
}

TEST_CASE("at rest the leading exponents with TCR are the real parts of its linearisation's eigenvalues") {
  for (const char* kind : {"leaky_rate", "leaky_current"}) {
    auto network = random_network(kind, Nonlinearity::tanh, 5, 0.9, 14);
    network.dt_ms = 5;
    for (const auto as : {System::As::flow, System::As::map}) {
      const System system(network, Column::Zero(2), as);
      const auto rest = find_root(system, network.r0);
      REQUIRE(rest);
      const auto made = bound_to(network, both().front());
      const auto& synapse = *made->continuous();
      const auto linear = current_linearisation(system, synapse, *rest);
      REQUIRE(linear);
      Eigen::VectorXcd values = eigenvalues_of(*linear);
      std::vector<double> expected;  // [1/s]; and N^2 - N directions of S that leave S r alone
      for (const auto& value : values)
        expected.push_back(1000 * (as == System::As::flow ? value.real() : std::log(std::abs(value)) / 5));
      const double other = remaining_eigenvalue(system, synapse);
      for (int i = 0; i < 20; ++i) expected.push_back(1000 * (as == System::As::flow ? other : std::log(other) / 5));
      std::sort(expected.rbegin(), expected.rend());
      REQUIRE(expected.front() < 0);
      const auto stepper = leaky_stepper(equations_with_synapse(system, synapse), system.tau_ms(), Method::rk4, 2);
      const auto spectrum =
          lyapunov_spectrum(stepper, with_initial_synapse(system, synapse, *rest), 3, {8, 200000, 20000});
      for (Index i = 0; i < 8; ++i) {
        INFO(kind << (as == System::As::flow ? " flow " : " map ") << i);
        CHECK(spectrum.per_second(i) == Approx(expected[static_cast<std::size_t>(i)]).epsilon(0.01).margin(0.02));
      }
    }
  }
}

TEST_CASE("exponents of chaotic networks with synapses agree with their twin trajectories") {
  for (const char* kind : {"tcr", "tsodyks_markram"}) {
    const double dt = 5;
    auto network = make_network(
        resolve_options({{"network.kind", "leaky_current"}, {"network.size", "80"}, {"network.gain", "4"}}), 2, 1, 2);
    network.dt_ms = dt;
    Assignments chosen = {{"synapse.kind", kind}};
    if (kind == std::string("tcr")) {
      chosen.emplace_back("synapse.form", "dense");
      chosen.emplace_back("synapse.beta", "2");
    } else {
      chosen.emplace_back("synapse.f_max_hz", "100");
    }
    const Integration euler{Method::euler, dt, 0};
    const auto synapse = synapse_for(network, euler, 100, chosen);
    const auto twin = leading_lyapunov_exponent(
        network, euler, *synapse, [](TrialKey, Index count) { return held_trials(Matrix<double>::Zero(2, count), 50); },
        3);
    const System system(network, Column::Zero(2), System::As::map);
    const auto bound = bound_to(network, kind == std::string("tcr")
                                             ? tcr_synapse(dense_tcr(2, 200))
                                             : tsodyks_markram_synapse(parameters_of({0.2, 1500, 200, 100, true})));
    const Stepper stepper(equations_with_synapse(system, *bound->continuous()));
    const Vector<double> start = with_initial_synapse(system, *bound->continuous(), trial_starts(system, 1, 0.1, 3));
    const auto spectrum = lyapunov_spectrum(stepper, start, 3, {1, 200000, 5000});
    const auto alone = lyapunov_spectrum(network_stepper(system), start.head(80), 3, {1, 100000, 5000});
    INFO(kind << ": twin " << twin.per_second << " +- " << twin.standard_error << ", joint " << spectrum.per_second(0)
              << " +- " << spectrum.standard_error(0) << ", alone " << alone.per_second(0));
    CHECK(spectrum.per_second(0) > 4 * spectrum.standard_error(0));
    CHECK(std::abs(twin.per_second - spectrum.per_second(0)) <
          4 * std::hypot(twin.standard_error, spectrum.standard_error(0)));
    if (kind == std::string("tcr"))  // the synapse matters
      CHECK(std::abs(alone.per_second(0) - spectrum.per_second(0)) >
            4 * std::hypot(alone.standard_error(0), spectrum.standard_error(0)));
  }
}

TEST_CASE("a network whose recurrent weights act on gates is refused in one line") {
  const auto network = make_network(resolve_options({{"network.kind", "lstm"}, {"network.size", "3"}}), 2, 1, 1);
  const System system(network, Column::Zero(2), System::As::map);
  const auto synapse = bound_to(network, both().front());
  CHECK_THROWS_WITH(equations_with_synapse(system, *synapse->continuous()),
                    Catch::Contains("synapse") && Catch::Contains("lstm") && Catch::Contains("use no synapse"));
}
