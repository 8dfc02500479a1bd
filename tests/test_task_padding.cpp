// Trials of different lengths in one set: the padding has no part in score or gradient.
#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"
#include "tests/task_draws.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// One trial of a set, without its padding.
TrialSet<double> alone(const TrialSet<double>& trials, Index b) {
  const Index length = length_of(trials, b);
  auto one = TrialSet<double>::zeros(trials.inputs.rows(), trials.targets.rows(), length, 1);
  one.tolerance = trials.tolerance;
  one.inputs = trial_of(trials, trials.inputs, b).leftCols(length);
  one.targets = trial_of(trials, trials.targets, b).leftCols(length);
  one.mask = trial_of(trials, trials.mask, b).leftCols(length);
  return one;
}

}  // namespace

TEST_CASE("a long and a short trial have together the weighted score and gradient of the two alone", "[tasks]") {
  const std::vector<std::pair<std::string, Settings>> ranges = {
      {"delayed_match_to_sample", {{"task.delay_ms", "50..500"}}},
      {"context_integration", {{"task.stimulus_ms", "100"}, {"task.delay_ms", "50..500"}}},
      {"working_memory_n", {{"task.delay_ms", "200..500"}}},
      {"interval_timing", {{"task.interval_ms", "50..300"}}},
      {"delayed_addition", {{"task.delay_ms", "50..500"}}}};
  for (const auto& [name, settings] : ranges) {
    const auto task = make(task_kind(name), 5, settings);
    auto both = task->draw({seed, 0}, 2);
    CAPTURE(name, seed, length_of(both, 0), length_of(both, 1));
    REQUIRE(length_of(both, 0) != length_of(both, 1));
    const auto network =
        settled(random_network("leaky_rate", "tanh", 12, task->inputs(), task->outputs(), LearningFixture<>::seed));
    const Assignments chosen = {{"rule.name", "bptt"}, {"network.size", "12"}};
    const auto taught = [&](const TrialSet<double>& trials) {
      auto fixture = std::make_unique<LearningFixture<>>(chosen, network, trials.steps);
      const Score score = fixture->learn(trials);
      return std::pair(std::move(fixture), score);
    };

    double graded = 0, loss = 0, accuracy = 0;
    for (Index b = 0; b < 2; ++b) {
      const auto one = alone(both, b);
      const auto [fixture, score] = taught(one);
      graded += one.mask.sum();
      loss += score.loss * one.mask.sum();
      accuracy += score.accuracy * one.mask.sum();
    }
    const auto [together, score] = taught(both);
    CHECK(score.loss == Approx(loss / graded).epsilon(1e-12));
    CHECK(score.accuracy == Approx(accuracy / graded).epsilon(1e-12));

    // Whatever stands in the padding is not felt.
    const Index shorter = length_of(both, 0) < length_of(both, 1) ? 0 : 1;
    for (Index t = length_of(both, shorter); t < both.steps; ++t) {
      both.inputs.col(both.column(t, shorter)).setConstant(3);
      both.targets.col(both.column(t, shorter)).setConstant(-7);
    }
    const auto [disturbed, score_disturbed] = taught(both);
    CHECK(score_disturbed.loss == Approx(score.loss).epsilon(1e-12));
    REQUIRE(together->apply());
    REQUIRE(disturbed->apply());
    CHECK(relative_difference(weights_of(disturbed->network), weights_of(together->network)) < 1e-12);
    CHECK(relative_difference(weights_of(together->network), weights_of(network)) > 1e-6);
  }
}
