// What every rule owes the learner, asked of each rule that is registered.
#include <algorithm>
#include <cmath>

#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 10, K = 2, O = 2, T = 9, B = 3;
constexpr std::uint64_t seed = 91;

bool is_stochastic(const RuleKind& kind) { return kind.perturbs || kind.truth == RuleKind::Truth::unbiased; }

/// A rule's name, settings that make it act visibly within two updates, and the optimizer whose change is the gradient.
Assignments plain(const RuleKind& kind, Assignments more = {}) {
  Assignments chosen = {{"rule.name", kind.name},
                        {"network.size", std::to_string(N)},
                        {"optimizer.name", "sgd"},
                        {"optimizer.rate", "0.1"},
                        {"optimizer.clip", "0"}};
  if (kind.name == "reward_hebbian")
    chosen.insert(
        chosen.end(),
        {{"reward_hebbian.frequency_hz", "50"}, {"reward_hebbian.largest_change", "1"}, {"reward_hebbian.rate", "20"}});
  if (kind.name == "node_perturbation") chosen.emplace_back("node_perturbation.sigma", "0.1");
  chosen.insert(chosen.end(), more.begin(), more.end());
  return chosen;
}

Network<double> network_for(const RuleKind& kind) {
  return settled(random_network("leaky_rate", "tanh", N, K, O, seed, "20..80"), kind.needs_feedback_weights);
}

TrialSet<double> ordinary_trials() {
  auto trials = random_trials(K, O, T, B, seed);
  end_trials(trials, {T, T - 2, T - 1});
  return trials;
}

/// Weights after two updates on the same trials; reward_hebbian learns from the second.
template <class Scalar = double>
Network<Scalar> after_two_updates(const RuleKind& kind, const Assignments& more = {}, std::uint64_t first = 0) {
  LearningFixture<Scalar> room(plain(kind, more), network_for(kind), T);
  for (const std::uint64_t update : {first, first + 1}) REQUIRE(room.learn_and_apply(ordinary_trials(), update));
  return room.network;
}

/// A network whose error is zero under this rule, and trials to which that applies.
struct Solved {
  Network<double> network;
  TrialSet<double> trials = ordinary_trials();
};
Solved solved_for(const RuleKind& kind) {
  Solved solved{network_for(kind)};
  auto& [network, trials] = solved;
  if (kind.perturbs) {  // whatever the perturbation does, the output is b_out
    network.W_out.setZero();
    trials.targets.colwise() = network.b_out;
  } else if (kind.name == "full_force") {  // the target network itself, with nothing to add: y = 0
    Stream(LearningFixture<>::seed, Purpose::target_network)
        .fill_normal(network.W, 1.5 / std::sqrt(static_cast<double>(N)));
    network.W_out.setZero();
    network.b_out.setZero();
    trials.targets.setZero();
  } else {
    Simulation<double> simulation(network, {});
    Synapse<double> none;
    trials.targets = simulation.run(trials, {LearningFixture<>::seed, 0}, none).outputs;
  }
  return solved;
}

}  // namespace

TEST_CASE("supervised rules change nothing where the error is zero") {
  for (const auto& kind : rule_kinds()) {
    if (!kind.supervised) continue;
    const auto solved = solved_for(kind);
    LearningFixture<> room(plain(kind), solved.network, T);
    for (const std::uint64_t update : {0, 1}) REQUIRE(room.learn_and_apply(solved.trials, update));
    INFO(kind.name);
    // Outputs computed in another order differ by 1e-16; changes of the ordinary size are above 1e-3.
    CHECK((weights_of(room.network) - weights_of(solved.network)).cwiseAbs().maxCoeff() < 1e-14);
    CHECK((weights_of(after_two_updates(kind)) - weights_of(network_for(kind))).cwiseAbs().maxCoeff() > 1e-3);
  }
}

TEST_CASE("every rule gives the same bits again, and a fresh learner knows nothing of an earlier one") {
  for (const auto& kind : rule_kinds()) {
    INFO(kind.name);
    const auto initial = network_for(kind);
    LearningFixture<> room(plain(kind), initial, T);
    for (const std::uint64_t update : {0, 1}) REQUIRE(room.learn_and_apply(ordinary_trials(), update));
    const auto first = weights_of(room.network);
    CHECK((first.array() == weights_of(after_two_updates(kind)).array()).all());

    room.network = initial;
    auto fresh = learner_of<double>(room.options, initial, LearningFixture<>::seed);
    for (const std::uint64_t update : {0, 1}) {
      fresh.learn(room.network, room.simulation, ordinary_trials(), {LearningFixture<>::seed, update}, *room.synapse);
      REQUIRE(fresh.apply(room.network, {LearningFixture<>::seed, update}));
    }
    CHECK((first.array() == weights_of(room.network).array()).all());
  }
}

TEST_CASE("every rule writes arrays of the network's shapes, and learns from a second trial set of another shape") {
  for (const auto& kind : rule_kinds()) {
    INFO(kind.name);
    auto network = network_for(kind);
    const auto rule = make_rule<double>(resolve_options(plain(kind)));
    Simulation<double> simulation(network, {});
    Synapse<double> none;
    const Matrix<double> feedback = network.W_out.transpose();
    Gradient<double> written;
    Matrix<double> error;
    for (const auto& trials : {ordinary_trials(), random_trials(K, O, T + 3, B + 2, seed)}) {
      const auto result =
          run_with_rules<double>(simulation, trials, {seed, 0}, none, {{*rule, feedback, written}}, error);
      CHECK(std::isfinite(result.loss));
      CHECK(simulation.trajectory().outputs.allFinite());
      for_each_flat_array(network, written, [&](const std::string& name, auto weights, auto value) {
        INFO(name);
        CHECK(value.allFinite());
        CHECK(value.size() == weights.size());
      });
      if (written.W.size() > 0) CHECK(written.W.rows() == N);
      if (written.W_in.size() > 0) CHECK(written.W_in.rows() == N);
      if (written.W_out.size() > 0) CHECK(written.W_out.rows() == O);
    }
  }
}

TEST_CASE("every rule learns the same in float as in double, to single precision") {
  for (const auto& kind : rule_kinds()) {
    auto start = network_for(kind), twofold = after_two_updates<double>(kind),
         single = after_two_updates<float>(kind).template cast<double>();
    double largest = 0;
    const auto compare = [&](const char* name, const auto& from, const auto& two, const auto& one) {
      const double change = (two - from).norm(), difference = (one - two).norm();
      INFO(kind.name << " " << name << ": change " << change << ", difference " << difference);
      // Weights of size 1 are held to 6e-8; some hundred operations, and the differences of losses that perturbation
      // rules live on, cost up to two digits more.
      CHECK(difference < 1e-4 * change + 3e-7 * from.norm());
      largest = std::max(largest, change);
    };
    compare("W", start.W, twofold.W, single.W);
    compare("W_in", start.W_in, twofold.W_in, single.W_in);
    compare("b", start.b, twofold.b, single.b);
    compare("W_out", start.W_out, twofold.W_out, single.W_out);
    compare("b_out", start.b_out, twofold.b_out, single.b_out);
    CHECK(largest > 1e-3);
  }
}

TEST_CASE("connections that may not exist stay absent under every rule, and whatever learns beside it") {
  for (const auto& kind : rule_kinds()) {
    auto network = network_for(kind);
    make_sparse(network, 0.5, seed);
    const auto chosen = plain(
        kind, {{"network.autapses", "false"}, {"noise.weights", "0.1"}, {"rule.add", "oja"}, {"tcr.form", "local"}});
    INFO(kind.name);
    if (kind.name == "full_force") {  // says so itself: tests/test_force.cpp
      CHECK_THROWS_WITH(LearningFixture<>(chosen, network, T), Catch::Contains("rule.name = full_force"));
      continue;
    }
    LearningFixture<> room(chosen, network, T);
    for (const std::uint64_t update : {0, 1}) REQUIRE(room.learn_and_apply(ordinary_trials(), update));
    CHECK((room.network.W.array() * (1 - network.mask.array())).abs().maxCoeff() == 0);
    CHECK((room.network.W - network.W).cwiseAbs().maxCoeff() > 1e-3);
  }
}

TEST_CASE("training.parameters is respected by every rule, and whatever learns beside it") {
  const std::vector<std::string> names = {"W", "W_in", "b", "W_out", "b_out"};  // what a leaky network has
  for (const auto& kind : rule_kinds()) {
    const auto initial = network_for(kind);
    const auto changed = [&](Network<double> network) {
      std::vector<bool> result;
      Gradient<double> before;
      before.W = initial.W;
      before.W_in = initial.W_in;
      before.b = initial.b;
      before.W_out = initial.W_out;
      before.b_out = initial.b_out;
      before.r0 = initial.r0;
      for_each_flat_array(network, before,
                     [&](const char*, auto after, auto start) { result.push_back((after - start).norm() > 0); });
      result.resize(names.size());
      return result;
    };
    const auto of_all = changed(after_two_updates(kind));
    for (std::size_t i = 0; i < names.size(); ++i) {
      INFO(kind.name << ", only " << names[i] << " learns");
      std::vector<bool> expected(names.size(), false);
      expected[i] = of_all[i];
      CHECK(changed(after_two_updates(kind, {{"training.parameters", names[i]}})) == expected);
      expected[i] = of_all[i] || i < 3;  // temporal consistency learns W, W_in and b; Oja and the noise W alone
      CHECK(changed(after_two_updates(kind, {{"training.parameters", names[i]},
                                             {"noise.weights", "0.1"},
                                             {"rule.add", "oja"},
                                             {"tcr.form", "local"}})) == expected);
    }
    CHECK(std::count(of_all.begin(), of_all.end(), true) > 0);
  }
}

TEST_CASE("the update's number changes the draws of stochastic rules, and nothing of the others") {
  int stochastic = 0;
  for (const auto& kind : rule_kinds()) {
    INFO(kind.name);
    const bool same = weights_of(after_two_updates(kind)) == weights_of(after_two_updates(kind, {}, 7));
    CHECK(same == !is_stochastic(kind));
    stochastic += is_stochastic(kind) ? 1 : 0;
  }
  CHECK(stochastic >= 4);
}
