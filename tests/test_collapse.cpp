// A network that ignores its input is told from one that listens.
#include <cmath>

#include "analysis/paths/collapse.hpp"
#include "tests/catch.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// Four trials of constant input, one value each, long enough to settle.
TrialSet<double> held_trials(const std::vector<double>& values) {
  auto trials = TrialSet<double>::zeros(1, 1, 200, static_cast<Index>(values.size()));
  for (Index t = 0; t < trials.steps; ++t)
    for (Index b = 0; b < trials.batch; ++b)
      trials.inputs(0, trials.column(t, b)) = values[static_cast<std::size_t>(b)];
  return trials;
}

Network<double> uncoupled(double input_weight) {
  auto network = random_network("leaky_rate", "tanh", 3, 1, 1, 4);
  network.W.setZero();
  network.W_in.setConstant(input_weight);
  network.b.setConstant(0.5);
  return network;
}

const Integration integration{Method::euler, 5, 0};

}  // namespace

TEST_CASE("end states are counted by whether a settled network tells inputs apart") {
  Synapse<double> none;
  const auto trials = held_trials({-1, 1, 1, 2});
  const auto listens = measure_collapse(uncoupled(1), integration, none, trials, 1);
  CHECK(listens.distinct_end_states == 0.75);
  CHECK_FALSE(listens.collapsed(4));
  const auto ignores = measure_collapse(uncoupled(0), integration, none, trials, 1);
  CHECK(ignores.distinct_end_states == 0.25);
  CHECK(ignores.input_sensitivity == 0);
  CHECK(ignores.collapsed(4));
  // Told apart by .049 and .051 of the rate: below and above the threshold.
  const auto input_for = [](double rate) { return std::atanh(rate) - 0.5; };
  const auto near =
      measure_collapse(uncoupled(1), integration, none, held_trials({input_for(0.2), input_for(0.249)}), 1);
  const auto apart =
      measure_collapse(uncoupled(1), integration, none, held_trials({input_for(0.2), input_for(0.251)}), 1);
  CHECK(near.distinct_end_states == 0.5);
  CHECK(apart.distinct_end_states == 1);
}

TEST_CASE("input sensitivity is the share of the activity that the input makes") {
  Synapse<double> none;
  auto network = uncoupled(1);
  network.r0 = Vector<double>::Constant(3, std::tanh(0.5));
  // Valid for one step only: r(1) = (1 - alpha) r0 + alpha tanh(s + b)
  auto trials = held_trials({0.7});
  trials.length = {1};
  const double alpha = 5 / 50., r0 = std::tanh(0.5), r1 = (1 - alpha) * r0 + alpha * std::tanh(1.2);
  const auto measured = measure_collapse(network, integration, none, trials, 1);
  CHECK(measured.input_sensitivity == Approx((r1 - r0) / r1).epsilon(1e-12));
}
