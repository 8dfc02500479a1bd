// Threads that share one run: the same bits on any number of them, for every rule, synapse and kind of network.
//
// Networks are so large that their products go by parts, trials so short that a test lasts seconds. More threads than
// processors take turns, in another order each time.
#include <tbb/global_control.h>

#include "experiments/runs/threads.hpp"
#include "sim/parts.hpp"
#include "tests/catch.hpp"
#include "tests/learning_fixture.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index N = 512, K = 2, O = 2, B = 64;  // N N B = 2^24: the smallest product that is shared
constexpr std::uint64_t seed = 29;

/// The weights after two updates, and the states of the second.
struct Left {
  Vector<double> weights;
  Matrix<float> states;
};
bool operator==(const Left& a, const Left& b) { return a.weights == b.weights && a.states == b.states; }

Left after_two_updates(const Network<double>& network, const Assignments& chosen, Index steps) {
  LearningFixture<float> room(chosen, network, steps);
  const auto trials = testing::random_trials(K, O, steps, B, seed);
  for (const std::uint64_t update : {0, 1}) REQUIRE(room.learn_and_apply(trials, update));
  return {weights_of(room.network), room.run().state};
}

template <class Run>
auto on_threads(int threads, Run&& run) {
  const tbb::global_control pool(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  const RunThreads share(threads);
  return run();
}

/// Last parts first, on one thread.
template <class Run>
Left backwards(Run&& run, Index& shared) {
  const SharedWork share([&](Index parts, const SharedWork::Part& part) {
    ++shared;
    for (Index each = parts - 1; each >= 0; --each) part(each);
  });
  return run();
}

void check_any_number_of_threads(const Network<double>& network, const Assignments& chosen, Index steps) {
  const auto run = [&] { return after_two_updates(network, chosen, steps); };
  const auto alone = run();
  CHECK_FALSE(alone.weights == weights_of(network.cast<float>()));
  Index shared = 0;
  CHECK(backwards(run, shared) == alone);
  CHECK(shared >= 2 * steps);  // at each step of either update, at least
  for (const int threads : {1, 2, 3, 8}) {
    INFO(threads << " threads");
    CHECK(on_threads(threads, run) == alone);
  }
}

Network<double> large_network(const std::string& kind, const Assignments& more = {}) {
  Assignments chosen = {{"network.kind", kind}, {"network.size", std::to_string(N)}};
  chosen.insert(chosen.end(), more.begin(), more.end());
  return make_network(resolve_options(chosen), K, O, seed);
}

}  // namespace

TEST_CASE("a large product by parts is the product, whichever side is the longer") {
  const auto check = [](Index rows, Index inner, Index columns) {
    const Matrix<float> A = Matrix<float>::Random(rows, inner), C = Matrix<float>::Random(inner, columns),
                        start = Matrix<float>::Random(rows, columns);
    Matrix<float> forwards = start, backwards = start;
    add_product(A, C, forwards);
    Index shared = 0;
    const SharedWork share([&](Index parts, const SharedWork::Part& part) {
      ++shared;
      for (Index each = parts - 1; each >= 0; --each) part(each);
    });
    add_product(A, C, backwards);
    CHECK(shared == 1);
    CHECK(forwards == backwards);
    const Matrix<double> exact = start.cast<double>() + A.cast<double>() * C.cast<double>();
    CHECK((forwards.cast<double>() - exact).cwiseAbs().maxCoeff() < 1e-4 * std::sqrt(static_cast<double>(inner)));
  };
  check(1000, 1000, 64);  // a step
  check(64, 700, 1000);   // few neurons, many trials
  check(600, 3000, 600);  // a gradient
  check(2048, 512, 17);   // gates
}

TEST_CASE("a small product is one call, which nobody shares") {
  Index shared = 0;
  const SharedWork share([&](Index, const SharedWork::Part&) { ++shared; });
  Matrix<float> target = Matrix<float>::Zero(256, 64);
  add_product(Matrix<float>::Ones(256, 256), Matrix<float>::Ones(256, 64), target);
  CHECK(shared == 0);
  CHECK(target == Matrix<float>::Constant(256, 64, 256));
}

TEST_CASE("what a part throws reaches who asked for the parts") {
  const auto throwing = [](Index part) {
    if (part == 5) throw UserError("part 5");
  };
  for (const int threads : {1, 3})
    on_threads(threads, [&] { CHECK_THROWS_AS(for_each_part(8, 1e9, throwing), UserError); });
}

TEST_CASE("a run is the same to the bit on 1, 2, 3 and 8 threads: every learning rule") {
  for (const auto& kind : rule_kinds()) {
    if (kind.name == "rtrl") continue;  // refuses more than 32 neurons: no product of its runs is shared
    DYNAMIC_SECTION(kind.name) {
      Assignments chosen = {{"rule.name", kind.name}, {"network.size", std::to_string(N)}};
      if (kind.name == "reward_hebbian") chosen.emplace_back("reward_hebbian.frequency_hz", "50");
      check_any_number_of_threads(settled(large_network("leaky_rate"), kind.needs_feedback_weights), chosen, 3);
    }
  }
  for (const std::string form : {"online", "online_full"}) DYNAMIC_SECTION("e_prop, " << form)
  check_any_number_of_threads(large_network("leaky_current"),
                              {{"rule.name", "e_prop"}, {"rule.form", form}, {"network.kind", "leaky_current"}}, 3);
}

TEST_CASE("a run is the same to the bit on 1, 2, 3 and 8 threads: every synapse") {
  const auto check = [](const Assignments& synapse, Index steps) {
    // a rule that learns at each step: all trials go together, and so many histories are shared
    Assignments chosen = {{"network.kind", "leaky_current"}, {"rule.name", "e_prop"}, {"rule.form", "online"}};
    chosen.insert(chosen.end(), synapse.begin(), synapse.end());
    check_any_number_of_threads(large_network("leaky_current"), chosen, steps);
  };
  for (const auto& kind : synapse_kinds())
    DYNAMIC_SECTION(kind.name) check({{"synapse.kind", kind.name}}, 24);  // so long that the history of tcr is shared
  SECTION("tcr, dense") check({{"synapse.kind", "tcr"}, {"synapse.form", "dense"}}, 3);
  SECTION("tcr, chunked") check({{"synapse.kind", "tcr"}, {"synapse.form", "chunked"}, {"synapse.chunk", "2"}}, 5);
  SECTION("tcr, permuted") check({{"synapse.kind", "tcr"}, {"synapse.postsynaptic", "permuted"}}, 24);
  SECTION("tcr, yoked") check({{"synapse.kind", "tcr"}, {"synapse.current", "yoked"}}, 24);
}

TEST_CASE("a run is the same to the bit on 1, 2, 3 and 8 threads: every kind of network") {
  for (const auto& kind : network_kinds())
    for (const std::string rule : {"bptt", "e_prop"}) DYNAMIC_SECTION(kind.name << ", " << rule) {
        const bool factors = kind.factors;  // without a bulk there is no large product
        check_any_number_of_threads(
            large_network(kind.name, factors ? Assignments{{"network.bulk", "1"}} : Assignments{}),
            {{"network.kind", kind.name}, {"rule.name", rule}}, 3);
      }
}
