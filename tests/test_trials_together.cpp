// Trials that go in groups from their first step to their last, so that what the synapse holds of them stays in the
// cache: each is the trial that it is among all of them, to rounding, as the library may take another kernel for a
// product with fewer columns. Past states of order one, 1e-16 grows to no more than 1e-9 within the trial.
#include "plasticity/short_term/short_term.hpp"
#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 150, K = 2, O = 1, T = 120, B = 50;
constexpr double rounding = 1e-9;
constexpr std::uint64_t seed = 41;

void check_groups(const Assignments& synapse, const Noise& noise = {}) {
  const auto network = random_network("leaky_current", "tanh", N, K, O, seed);
  const auto trials = testing::random_trials(K, O, T, B, seed);
  const Integration integration{Method::euler, 5};
  const auto made =
      synapse_model(resolve_options(synapse)).make<double>(synapse_context(network, integration, noise, T));
  Simulation<double> together(network, integration, noise), in_groups(network, integration, noise);
  for (auto* simulation : {&together, &in_groups}) simulation->keep_current(true);
  together.begin(trials, {seed, 0}, *made);
  REQUIRE(made->trials_together(B) < B);
  for (Index t = 0; t < T; ++t) together.step(t);
  together.finish();
  const auto& run = in_groups.run(trials, {seed, 0}, *made);
  const auto& all = together.trajectory();
  CHECK((run.state - all.state).cwiseAbs().maxCoeff() < rounding);
  CHECK((run.current - all.current).cwiseAbs().maxCoeff() < rounding);
  CHECK((run.outputs - all.outputs).cwiseAbs().maxCoeff() < rounding);
}

}  // namespace

TEST_CASE("trials in groups are the trials together under temporal consistency") {
  SECTION("history") check_groups({{"synapse.kind", "tcr"}});
  SECTION("chunked") check_groups({{"synapse.kind", "tcr"}, {"synapse.form", "chunked"}, {"synapse.chunk", "16"}});
  SECTION("permuted: each trial by its own order")
  check_groups({{"synapse.kind", "tcr"}, {"synapse.postsynaptic", "permuted"}});
  SECTION("noise: each trial by its own draws") check_groups({{"synapse.kind", "tcr"}}, {0.1, 0.1, 20});
}
