// One simulation, trial sets of different size.
#include "tests/catch.hpp"
#include "tests/problems.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

TEST_CASE("a simulation runs trial sets of any size, one after another, as a new one would") {
  for (const auto method : {Method::euler, Method::exponential_euler, Method::rk4, Method::dopri5})
    for (const std::string synapse_kind : {"none", "tcr"}) {
      const Integration integration{method, 5, 1e-8};
      const auto network = random_network("leaky_rate", Nonlinearity::tanh, 6, 1.2, 5);
      Simulation<double> kept(network, integration);
      INFO("method " << static_cast<int>(method) << ", synapse " << synapse_kind);
      for (const auto& [steps, batch] : {std::pair<Index, Index>{6, 3}, {9, 5}, {4, 2}, {12, 8}}) {
        const auto trials = noisy_trials(2, steps, batch, 7);
        Assignments chosen = {{"synapse.kind", synapse_kind}};
        if (synapse_kind == "tcr") chosen.emplace_back("synapse.form", "dense");
        const auto first = synapse_for(network, integration, steps, chosen),
                   second = synapse_for(network, integration, steps, chosen);
        Simulation<double> fresh(network, integration);
        CHECK(identical(kept.run(trials, {1, 0}, *first).outputs, fresh.run(trials, {1, 0}, *second).outputs));
      }
      Synapse<double> none;
      const auto trials = noisy_trials(2, 6, 3, 8);  // and with a synapse of another size
      CHECK(identical(kept.run(trials, {1, 0}, none).outputs, simulate(network, integration, trials).outputs));
    }
}
