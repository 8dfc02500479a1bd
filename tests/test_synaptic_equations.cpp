// The joint equations of network and short-term synapses against literal transcriptions, finite differences, the
// linearisation at fixed points, and twin trajectories.
#include <Eigen/Eigenvalues>

#include "analysis/paths/lyapunov.hpp"
#include "analysis/paths/lyapunov_spectrum.hpp"
#include "analysis/points/newton.hpp"
#include "analysis/synaptic_equations.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

const TcrSynapse tcr{30, 150};
const TsodyksMarkramConstants constants{0.3, 700, 150, 30, true};

TsodyksMarkramSynapse tsodyks_markram(const Network<double>& network, const TsodyksMarkramConstants& c = constants) {
  return {c.use, c.tau_f_ms, c.tau_d_ms, c.f_max_hz, c.normalised, network.nonlinearity == Nonlinearity::tanh};
}

/// A state with synapses of its own: S, or use and resource of (0, 1).
Column joint_state(const Network<double>& network, const SynapseModel& synapse, std::uint64_t seed) {
  const System system(network, Column::Zero(2), System::as_trained(network));
  Column y = with_resting_synapses(system, synapse, network.r0);
  const Column kick = normal_array(y.size(), 1, seed);
  const Index N = network.size();
  if (std::holds_alternative<TcrSynapse>(synapse))
    y.tail(N * N) = 0.3 * kick.tail(N * N);
  else
    y.tail(2 * N) = y.tail(2 * N).array() * (0.2 * kick.tail(2 * N).array()).exp();
  return y;
}

Matrix<double> central_differences(const std::function<Column(const Column&)>& F, const Column& y,
                                   const Matrix<double>& q) {
  const double h = 1e-6;
  Matrix<double> slopes(y.size(), q.cols());
  for (Index k = 0; k < q.cols(); ++k) slopes.col(k) = (F(y + h * q.col(k)) - F(y - h * q.col(k))) / (2 * h);
  return slopes;
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
        for (const SynapseModel& synapse : {SynapseModel(tcr), SynapseModel(tsodyks_markram(network))}) {
          const bool is_tcr = std::holds_alternative<TcrSynapse>(synapse);
          INFO(kind << " " << name_of(phi) << (masked ? " masked " : " ") << (is_tcr ? "tcr" : "tsodyks_markram"));
          const auto literal = is_tcr ? network_with_tcr(network, held, {tcr.beta, tcr.tau_s_ms})
                                      : network_with_tsodyks_markram(network, held, constants);
          Column y = joint_state(network, synapse, 11);
          if (masked && is_tcr) y.tail(25).array() *= network.mask.reshaped().array();
          Matrix<double> q = normal_array(y.size(), 3, 12);
          if (masked && is_tcr) q.bottomRows(25).array().colwise() *= network.mask.reshaped().array();
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
          two << y, joint_state(network, synapse, 13);
          CHECK((equations.value(two).col(0) - equations.value(y)).cwiseAbs().maxCoeff() < 1e-15);
        }
      }
}

TEST_CASE("with factors, feedback, Dale's law and as a map of rates, the tangent is the derivative of the value") {
  std::vector<Network<double>> networks;
  for (const Assignments& options :
       {Assignments{{"network.kind", "low_rank"}, {"network.rank", "2"}, {"network.bulk", "1"}},
        Assignments{{"network.kind", "leaky_rate"}, {"network.feedback", "uniform"}, {"network.tau_ms", "20..80"}},
        Assignments{{"network.kind", "leaky_current"}, {"network.feedback", "uniform"}},
        Assignments{{"network.kind", "rnn_map"}},
        Assignments{{"network.kind", "leaky_rate"}, {"network.excitatory", "0.5"}}}) {
    auto all = options;
    all.emplace_back("network.size", "6");
    networks.push_back(make_network(resolve_options(all), 2, 1, 3));
    networks.back().r0 = normal_array(6, 1, 5, 0.4);
    networks.back().dt_ms = 5;
  }
  for (const auto& network : networks)
    for (const SynapseModel& synapse : {SynapseModel(tcr), SynapseModel(tsodyks_markram(network))})
      for (const auto as : {System::As::flow, System::As::map}) {
        if (as == System::As::flow && network.kind == "rnn_map") continue;
        INFO(network.kind << " " << synapse.index() << (as == System::As::flow ? " flow" : " map"));
        const System system(network, Column::Constant(2, 0.4), as);
        const auto equations = equations_with_synapse(system, synapse);
        const Column y = joint_state(network, synapse, 21);
        const Matrix<double> q = normal_array(y.size(), 3, 22);
        const auto slopes = central_differences([&](const Column& at) { return equations.value(at); }, y, q);
        CHECK((equations.tangent(y, q) - slopes).cwiseAbs().maxCoeff() < 1e-8);
      }
}

TEST_CASE("the map of the joint equations is the simulation's step, with every kind of network and constraint") {
  for (const Assignments& options :
       {Assignments{{"network.kind", "low_rank"}, {"network.rank", "2"}},
        Assignments{{"network.kind", "leaky_rate"}, {"network.feedback", "uniform"}},
        Assignments{{"network.kind", "leaky_current"}, {"network.density", "0.5"}},
        Assignments{{"network.kind", "rnn_map"}},
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
      if (kind == std::string("tcr")) all.emplace_back("synapse.form", "dense");
      const auto synapse = synapse_for(network, euler, 40, all);
      const auto run = simulate(network, euler, held_trials(Array::Constant(2, 1, 0.3), 40), *synapse);
      const System system(network, Column::Constant(2, 0.3), System::As::map);
      const SynapseModel model = kind == std::string("tcr")
                                     ? SynapseModel(TcrSynapse{100, 200})
                                     : SynapseModel(tsodyks_markram(network, TsodyksMarkramConstants{}));
      const Stepper stepper(equations_with_synapse(system, model));
      Matrix<double> y = with_resting_synapses(system, model, network.r0);
      for (int t = 0; t < 40; ++t) stepper.advance(y);
      INFO(network.kind << " " << kind);
      CHECK((y.topRows(6) - run.state.rightCols(1)).cwiseAbs().maxCoeff() < 1e-12);
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
      Eigen::VectorXcd values = tcr_linearisation(system, *rest, tcr).eigenvalues();
      std::vector<double> expected;  // [1/s]; and N^2 - N directions of S that leave S r alone
      for (const auto& value : values)
        expected.push_back(1000 * (as == System::As::flow ? value.real() : std::log(std::abs(value)) / 5));
      const double other = tcr_remaining_eigenvalue(system, tcr);
      for (int i = 0; i < 20; ++i) expected.push_back(1000 * (as == System::As::flow ? other : std::log(other) / 5));
      std::sort(expected.rbegin(), expected.rend());
      REQUIRE(expected.front() < 0);
      const auto stepper = leaky_stepper(equations_with_synapse(system, tcr), system.tau_ms(), Method::rk4, 2);
      const auto spectrum =
          lyapunov_spectrum(stepper, with_resting_synapses(system, tcr, *rest), 3, {8, 200000, 20000});
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
    const SynapseModel model = kind == std::string("tcr")
                                   ? SynapseModel(TcrSynapse{2, 200})
                                   : SynapseModel(tsodyks_markram(network, {0.2, 1500, 200, 100, true}));
    const Stepper stepper(equations_with_synapse(system, model));
    const Vector<double> start = with_resting_synapses(system, model, start_states(system, 1, 0.1, 3));
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

TEST_CASE("networks whose equations with synapses are not known are refused in one line") {
  const auto network = make_network(resolve_options({{"network.kind", "lstm"}, {"network.size", "3"}}), 2, 1, 1);
  const System system(network, Column::Zero(2), System::As::map);
  CHECK_THROWS_WITH(equations_with_synapse(system, tcr),
                    Catch::Contains("synapse = tcr") && Catch::Contains("lstm") && Catch::Contains("--synapse none"));
}
