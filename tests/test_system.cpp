// A network as a dynamical system: velocity and Jacobian against finite differences and the simulation.
#include "analysis/system.hpp"

#include "sim/simulation.hpp"
#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 6, K = 2, O = 1;
constexpr std::uint64_t seed = 41;

const std::vector<Assignments> networks = {
    {{"network.kind", "leaky_rate"}, {"network.tau_ms", "20..80"}},
    {{"network.kind", "leaky_current"}, {"network.nonlinearity", "softplus"}, {"network.feedback", "uniform"}},
    {{"network.kind", "low_rank"}, {"network.rank", "2"}, {"network.bulk", "1"}},
    {{"network.kind", "plrnn"}, {"network.feedback", "uniform"}},
    {{"network.kind", "lstm"}},
    {{"network.kind", "rnn_map"}},
};

Network<double> network_of(Assignments options) {
  options.emplace_back("network.size", std::to_string(N));
  auto network = make_network(resolve_options(options), K, O, seed);
  Stream(seed, Purpose::input_weights, 3).fill_normal(network.b, 0.4);
  network.dt_ms = 5;
  return network;
}

}  // namespace

TEST_CASE("the Jacobian of every network, as map and as flow, is the derivative of its velocity") {
  const Vector<double> input = Vector<double>::LinSpaced(K, -0.4, 0.7);
  for (const auto& options : networks)
    for (const auto as : {System::As::map, System::As::flow}) {
      const auto network = network_of(options);
      if (as == System::As::flow && network_kind(network.kind).map) continue;
      const System system(network, input, as);
      Vector<double> x(system.dimension());
      Stream(seed, Purpose::initial_state).fill_normal(x, 0.6);
      const auto jacobian = system.jacobian(x);
      const double h = 1e-6;
      INFO(network.kind << (as == System::As::flow ? " flow" : " map"));
      CHECK(jacobian.cwiseAbs().maxCoeff() > 0.1);
      for (Index j = 0; j < x.size(); ++j) {
        Vector<double> up = x, down = x;
        up(j) += h;
        down(j) -= h;
        Vector<double> difference = (system.velocity(up) - system.velocity(down)) / (2 * h);
        if (as == System::As::map) difference(j) += 1;
        CHECK((difference - jacobian.col(j)).cwiseAbs().maxCoeff() < 1e-8);
      }
    }
}

TEST_CASE("one step of the map is one step of the simulation, and the flow's velocity is tau dx/dt") {
  for (const auto& options : networks) {
    auto network = network_of(options);
    network.r0 = Vector<double>::LinSpaced(network_kind(network.kind).states * N, -0.5, 0.8);
    auto trials = TrialSet<double>::zeros(K, O, 1, 1);
    trials.inputs << 0.3, -0.2;
    Simulation<double> simulation(network, {Method::euler, 5, 0});
    Synapse<double> none;
    const auto& run = simulation.run(trials, {seed, 0}, none);
    const System map(network, trials.inputs.col(0), System::As::map);
    INFO(network.kind);
    CHECK((map.next(network.r0) - run.state.col(1)).cwiseAbs().maxCoeff() < 1e-15);
    CHECK((map.read(run.state) - run.read()).isZero(0));
    if (network_kind(network.kind).map) continue;
    const System flow(network, trials.inputs.col(0), System::As::flow);
    const Vector<double> expected = (run.state.col(1) - network.r0).array() * network.tau_ms.array() / 5;
    CHECK((flow.velocity(network.r0) - expected).cwiseAbs().maxCoeff() < 1e-13);
    CHECK((flow.next(network.r0, 5) - run.state.col(1)).cwiseAbs().maxCoeff() < 1e-15);
  }
}

TEST_CASE("a system is refused where input or kind do not fit") {
  auto leaky = network_of(networks[0]);
  const Vector<double> input = Vector<double>::Zero(K);
  CHECK_THROWS_WITH(System(leaky, Vector<double>::Zero(3), System::As::map), Catch::Contains("input = 3 values"));
  CHECK_THROWS_WITH(System(network_of(networks[4]), input, System::As::flow), Catch::Contains("lstm is a map"));
  CHECK(System::as_trained(leaky) == System::As::map);
  leaky.dt_ms.reset();
  CHECK(System::as_trained(leaky) == System::As::flow);
  CHECK_THROWS_WITH(System(leaky, input, System::As::map), Catch::Contains("dt_ms"));
}
