// FORCE and full-FORCE are ridge regressions on the activity that the network visited while it was being changed.
#include <cmath>

#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"
#include "tests/literal.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 12, K = 2, O = 2, T = 40, B = 3;
constexpr std::uint64_t seed = 31;
constexpr double pi = 3.14159265358979323846;

/// Steps at which a rule that acts every `every` steps sees a graded trial.
bool seen(const TrialSet<double>& trials, Index t, Index b, Index every) {
  return t % every == 0 && trials.mask.col(trials.column(t, b)).sum() > 0;
}

/// Trials of different length with stretches that are not graded.
TrialSet<double> patchy_trials(std::uint64_t which) {
  auto trials = random_trials(K, O, T, B, which);
  for (Index t = 10; t < 17; ++t) trials.mask.middleCols(t * B, B).setZero();
  trials.mask.col(trials.column(4, 1)).setZero();
  end_trials(trials, {T, T - 9, T - 2});
  return trials;
}

Network<double> network_with_feedback(const std::string& kind) {
  return settled(random_network(kind, "tanh", N, K, O, seed, "20..80"), true);
}

}  // namespace

TEST_CASE("FORCE leaves the ridge regression on what it visited, over updates, for any interval") {
  for (const std::string kind : {"leaky_rate", "leaky_current"})
    for (const Index every : {1, 2, 3}) {
      const auto network = network_with_feedback(kind);
      LearningFixture<> room(
          {{"rule.name", "force"}, {"force.every", std::to_string(every)}, {"force.regularisation", "0.7"}}, network,
          T);
      const auto regression = literal_rule("force", {room.options, {}});
      Matrix<double> expected = network.W_out, forgetful;
      for (const std::uint64_t update : {0, 1}) {
        const auto before = room.network;
        const auto trials = patchy_trials(40 + update);
        REQUIRE(room.learn_and_apply(trials, update));
        expected += transcribed(*regression, {network, room.integration, room.run(), trials}).W_out;
        forgetful = before.W_out + transcribed(*literal_rule("force", {room.options, {}}),
                                               {before, room.integration, room.run(), trials})
                                       .W_out;
        INFO(kind << " every " << every << " update " << update);
        // Condition numbers of some 10^3 leave 1e-12 of double precision; the bound is what was asked for.
        CHECK(relative_difference(room.network.W_out, expected) < 1e-9);
        CHECK(relative_difference(room.network.W_out, network.W_out) > 1e-2);
      }
      // A P that started anew with the second trials would be far from this.
      CHECK(relative_difference(room.network.W_out, forgetful) > 1e-3);
      CHECK(room.network.W == network.W);
      CHECK(room.network.W_in == network.W_in);
      CHECK(room.network.b == network.b);
      CHECK(room.network.b_out == network.b_out);
    }
}

TEST_CASE("FORCE: each change makes the error it corrects smaller, and steps that are not graded change nothing") {
  auto network = network_with_feedback("leaky_rate");
  auto trials = random_trials(K, O, T, 1, seed);
  for (Index t = 10; t < 17; ++t) trials.mask.col(t).setZero();
  const auto options = resolve_options({{"rule.name", "force"}, {"force.every", "3"}});
  const auto rule = make_rule<double>(options);
  Simulation<double> simulation(network, {Method::euler, 5, 0});
  Synapse<double> none;
  const Matrix<double> feedback = Matrix<double>::Zero(N, O);
  Gradient<double> written;
  Matrix<double> error;
  Index steps = 0, changes = 0;
  run_with_rules<double>(
      simulation, trials, {seed, 0}, none, {{*rule, feedback, written}}, error, nullptr, [&](Index t) {
        rule->write({simulation, trials, error, feedback}, written);
        const Vector<double> r = simulation.trajectory().rates().col(t + 1), y = trials.targets.col(t);
        const Vector<double> before = network.W_out * r + network.b_out - y;
        network.W_out += written.W_out;
        const Vector<double> after = network.W_out * r + network.b_out - y;
        INFO("step " << t);
        if (seen(trials, t, 0, 3)) {
          ++changes;
          for (Index o = 0; o < O; ++o) CHECK(std::abs(after(o)) < std::abs(before(o)));
        } else {
          CHECK(written.W_out.cwiseAbs().maxCoeff() == 0);
        }
        // What the trajectory holds is the output before the change.
        CHECK((simulation.trajectory().outputs.col(t) - y - before).norm() < 1e-14 * (1 + before.norm()));
        ++steps;
      });
  CHECK(steps == T);
  CHECK(changes == 12);  // every third of 40 steps is 14; steps 12 and 15 are not graded
}

TEST_CASE("FORCE leaves the weights of an output alone that is not graded while another is") {
  const auto network = network_with_feedback("leaky_rate");
  auto trials = random_trials(K, O, T, B, seed);
  trials.mask.row(1).setZero();
  LearningFixture<> room({{"rule.name", "force"}}, network, T);
  REQUIRE(room.learn_and_apply(trials));
  CHECK(room.network.W_out.row(1) == network.W_out.row(1));
  CHECK(relative_difference(room.network.W_out.row(0), network.W_out.row(0)) > 1e-2);
}

TEST_CASE("FORCE asks for feedback of the readout, and other rules refuse it, either says what would work") {
  const auto without = random_network("leaky_rate", "tanh", N, K, O, seed);
  CHECK_THROWS_WITH(LearningFixture<>({{"rule.name", "force"}}, without, T),
                    Catch::Contains("network.feedback = none") && Catch::Contains("network.feedback = uniform"));
  for (const auto& kind : rule_kinds()) {
    INFO(kind.name);
    if (kind.needs_feedback_weights) {
      CHECK_NOTHROW(LearningFixture<>({{"rule.name", kind.name}}, network_with_feedback("leaky_rate"), T));
    } else {
      CHECK_THROWS_WITH(
          LearningFixture<>({{"rule.name", kind.name}, {"network.size", "12"}}, network_with_feedback("leaky_rate"), T),
          Catch::Contains("feedback of the readout") && Catch::Contains(kind.name));
    }
  }
}

TEST_CASE("full-FORCE leaves the ridge regression towards what the target-driven network receives") {
  for (const std::string kind : {"leaky_rate", "leaky_current"})
    for (const Index every : {1, 3}) {
      const auto network = settled(random_network(kind, "tanh", N, K, O, seed, "20..80"));
      LearningFixture<> room({{"rule.name", "full_force"},
                              {"full_force.every", std::to_string(every)},
                              {"full_force.regularisation", "0.7"},
                              {"full_force.gain", "1.3"}},
                             network, T);
      const auto regressions = literal_rule("full_force", {room.options, {}, LearningFixture<>::seed});
      Matrix<double> W = network.W, W_out = network.W_out;
      for (const std::uint64_t update : {0, 1}) {
        auto trials = random_trials(K, O, T, B, 50 + update);
        end_trials(trials, {T, T - 9, T - 2});
        REQUIRE(room.learn_and_apply(trials, update));
        const auto change = transcribed(*regressions, {network, room.integration, room.run(), trials});
        W += change.W;
        W_out += change.W_out;
        INFO(kind << " every " << every << " update " << update);
        CHECK(relative_difference(room.network.W, W) < 1e-9);  // as for FORCE
        CHECK(relative_difference(room.network.W_out, W_out) < 1e-9);
        CHECK(relative_difference(room.network.W, network.W) > 1e-2);
      }
      CHECK(room.network.W_in == network.W_in);
      CHECK(room.network.b == network.b);
    }
}

TEST_CASE("full-FORCE asks for every connection") {
  auto network = random_network("leaky_rate", "tanh", 12, 1, 1, seed);
  make_sparse(network, 0.5, seed);
  CHECK_THROWS_WITH(LearningFixture<>({{"rule.name", "full_force"}}, network, T),
                    Catch::Contains("rule.name = full_force") && Catch::Contains("mask"));
}

TEST_CASE("after enough of full-FORCE the network follows its target alone") {
  constexpr Index size = 80, steps = 240, period = 60;
  auto network = settled(random_network("leaky_rate", "tanh", size, 0, 1, seed, "20"));
  network.b.setZero();
  network.b_out.setZero();
  auto trials = TrialSet<double>::zeros(0, 1, steps, 1);
  for (Index t = 0; t < steps; ++t)
    trials.targets(0, t) = std::sin(2 * pi * static_cast<double>(t + 1) / static_cast<double>(period));
  trials.mask.setOnes();

  const auto free_running_error = [&](const Network<double>& trained) {
    Simulation<double> simulation(trained, {Method::euler, 5, 0});
    Synapse<double> none;
    return score(simulation.run(trials, {seed, 0}, none).outputs, trials).loss;
  };
  LearningFixture<> room({{"rule.name", "full_force"}, {"full_force.regularisation", "0.1"}}, network, steps);
  const double before = free_running_error(network);
  for (std::uint64_t update = 0; update < 20; ++update) REQUIRE(room.learn_and_apply(trials, update));
  const double after = free_running_error(room.network);
  INFO("mean squared error " << before << " before, " << after << " after");
  CHECK(before > 0.25);  // the target's power is 0.5
  CHECK(after < 0.01);   // two percent of it
}
