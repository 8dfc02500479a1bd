// Controls that are matched in chaos or speed to the network with temporal consistency.
#include "experiments/results/result_file.hpp"
#include "tests/tangent_vectors.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {

constexpr std::uint64_t seed = 3;
constexpr double dt_ms = 5;

Match match(const Assignments& assignments, Network<double>& network, const TrialSource& source) {
  const Options options = resolve_options(assignments);
  return match_control(options, testing::setting_of(options, seed, source), network);
}

}  // namespace

TEST_CASE("without a control the network stays as it is") {
  const Problem problem(3, strongly_connected("10"));
  auto network = problem.network;
  const auto match = match_control(problem.options, problem.setting(), network);
  CHECK(match.property == "none");
  CHECK(match.factor == 1);
  CHECK(identical(network.W, problem.network.W));
  CHECK(identical(network.tau_ms, problem.network.tau_ms));
}

TEST_CASE("matched speed: one factor on all time constants gives the speed of the network with temporal consistency") {
  const Problem problem(3, strongly_connected("50", {{"study.arm", "matched_speed"}}));
  INFO("seed " << problem.seed);
  auto network = problem.network;
  const auto match = match_control(problem.options, problem.setting(), network);
  CHECK(match.property == "speed");
  CHECK(match.factor > 1);
  CHECK(identical(network.W, problem.network.W));
  CHECK(largest_difference(network.tau_ms, match.factor * problem.network.tau_ms) < 1e-12);  // rounding
  CHECK(std::abs(match.achieved - match.target) <= 0.02 * match.target);

  // The same trials from other initial states: V varies by less than 0.5 %
  const auto trials = problem.task->draw({problem.seed, 0}, 256);
  const double with_tcr = speed(problem.network, default_tcr, trials, 5);
  CHECK(match.target == Approx(with_tcr).epsilon(0.01));
  CHECK(match.before == Approx(speed(problem.network, no_tcr, trials, 5)).epsilon(0.01));
  CHECK(speed(network, no_tcr, trials, 5) == Approx(with_tcr).epsilon(0.02 + 0.01));
}

namespace {

/// V [1/s] of a tanh network with one of the synapses that are no plasticity, written out.
double speed_without_plasticity(const Problem& problem, const Options& options, const TrialSet<double>& trials) {
  const auto& network = problem.network;
  const Index N = network.size();
  const bool feedback = options.text("synapse.kind") == "derivative_feedback";
  const Array excitation = network.W.cwiseMax(0), inhibition = network.W.cwiseMin(0);
  const double alpha = dt_ms / network.tau_ms(0),
               slow = dt_ms / options.number(feedback ? "synapse.tau_e_ms" : "synapse.tau_h_ms"),
               fast = feedback ? dt_ms / options.number("synapse.tau_i_ms") : 0;
  double squares = 0;
  for (Index b = 0; b < trials.batch; ++b) {
    Column r = normal_array(N, 1, static_cast<std::uint64_t>(b), 0.1).array().tanh(), lagging = r, prompt = r;
    for (Index t = 0; t < trials.steps; ++t) {
      Column u = network.W_in * trials.inputs.col(trials.column(t, b)) + network.b;
      if (feedback)
        u += excitation * lagging + inhibition * prompt;
      else
        u += network.W * r - options.number("synapse.strength") * (r - lagging);
      const Column v = Column(u.array().tanh()) - r;
      lagging += slow * (r - lagging);
      prompt += fast * (r - prompt);
      r += alpha * v;
      squares += (v / network.tau_ms(0)).squaredNorm();
    }
  }
  return 1000 * std::sqrt(squares / static_cast<double>(N * trials.steps * trials.batch));
}

}  // namespace

TEST_CASE("rivals of equal speed: an option of the synapse gives the speed of the network with temporal consistency") {
  for (const auto& [arm, option] :
       {std::pair("derivative_feedback", "synapse.tau_e_ms"), std::pair("high_pass", "synapse.strength")}) {
    const Problem problem(
        3, strongly_connected("50", {{"study.arm", arm}, {"synapse.beta", "5"}, {"synapse.tau_s_ms", "150"}}));
    INFO(arm << ", seed " << problem.seed);
    auto network = problem.network;
    const auto match = match_control(problem.options, problem.setting(), network);
    CHECK(identical(network.W, problem.network.W));
    CHECK(identical(network.tau_ms, problem.network.tau_ms));
    CHECK((match.property == "speed" && match.option == option));
    const auto options = as_matched(problem.options, match);
    CHECK(options.number(option) == match.factor * problem.options.number(option));
    if (options.knows("synapse.tau_h_ms")) CHECK(options.number("synapse.tau_h_ms") == 150);
    INFO("factor " << match.factor << ", before " << match.before << ", target " << match.target);
    REQUIRE(match.matched);
    CHECK(std::abs(match.achieved - match.target) <= 0.02 * match.target);

    // The same trials from other initial states: V varies by less than 0.5 %
    const auto trials = problem.task->draw({problem.seed, 0}, 256);
    const double with_tcr = speed(problem.network, {5, 150}, trials, 5);
    CHECK(match.target == Approx(with_tcr).epsilon(0.01));
    CHECK(match.before == Approx(speed_without_plasticity(problem, problem.options, trials)).epsilon(0.01));
    CHECK(speed_without_plasticity(problem, options, trials) == Approx(with_tcr).epsilon(0.02 + 0.01));
  }
}

TEST_CASE("a rival that cannot be as slow as the TCR network is taken at its nearest, above and below where it began") {
  // At the default beta TCR slows the network down further than the rivals can.
  for (const auto& [arm, option, tried] :
       {std::tuple("derivative_feedback", "synapse.tau_e_ms", std::vector<double>{15, 50, 200, 2000}),
        std::tuple("high_pass", "synapse.strength", std::vector<double>{0.2, 0.7, 1.5, 4, 20})}) {
    auto assignments = strongly_connected("50", {{"study.arm", arm}});
    if (option == std::string("synapse.strength")) assignments.emplace_back(option, "8");
    const Problem problem(3, assignments);
    auto network = problem.network;
    const auto match = match_control(problem.options, problem.setting(), network);
    INFO(arm << " factor " << match.factor << ", before " << match.before << ", target " << match.target
             << ", achieved " << match.achieved);
    CHECK_FALSE(match.matched);
    CHECK(match.achieved < match.before);
    if (option == std::string("synapse.strength")) CHECK(match.factor < 1);
    const auto trials = problem.task->draw({problem.seed, 0}, 256);
    auto options = problem.options;
    for (const double value : tried) {
      options.set(option, std::to_string(value));
      CHECK(speed_without_plasticity(problem, options, trials) > 0.99 * match.achieved);
    }
  }
}

TEST_CASE("matched chaos: one factor on all weights gives the exponent of the network with temporal consistency") {
  const Problem problem(8, strongly_connected("40", {{"study.arm", "matched_chaos"}}));
  INFO("seed " << problem.seed);
  auto network = problem.network;
  const auto match = match_control(problem.options, problem.setting(), network);
  CHECK(match.property == "chaos");
  CHECK(match.factor < 1);
  CHECK(identical(network.tau_ms, problem.network.tau_ms));
  CHECK(largest_difference(network.W, match.factor * problem.network.W) < 1e-14);  // rounding
  CHECK(std::abs(match.achieved - match.target) <= 0.2);

  // Eighteen seconds in each of 96 replicas: standard errors near .04 /s
  const auto trials = problem.fresh_trials(96 * 36);
  const auto with_tcr = by_tangent_vector(problem.network, default_tcr, trials, 5, 96),
             matched = by_tangent_vector(network, no_tcr, trials, 5, 96);
  INFO("with temporal consistency " << with_tcr.per_second << " +- " << with_tcr.standard_error << " (reported "
                                    << match.target << "), matched " << matched.per_second << " +- "
                                    << matched.standard_error << " (reported " << match.achieved << ")");
  CHECK(std::abs(matched.per_second - with_tcr.per_second) < 0.2 + 2 * standard_errors(matched, with_tcr));
}

TEST_CASE("of several factors that match, the one nearest to 1") {
  // Self-exciting tanh neurons: with a larger factor they first near the edge of stability, then saturate away from it.
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 2, 1, seed);
  network.W = 2 * Array::Identity(2, 2);
  network.b.setConstant(0.1);
  network.r0.setConstant(0.5);
  network.W_in.setZero();
  network.tau_ms.setConstant(50);
  const auto exponent = [](double factor) {
    double r = 0.5;
    for (int i = 0; i < 5000; ++i) r += 0.1 * (std::tanh(factor * 2 * r + 0.1) - r);
    return 1000 / dt_ms * std::log(1 + 0.1 * (factor * 2 * (1 - r * r) - 1));
  };
  const auto matched = match({{"control.match", "chaos"}, {"synapse.beta", "10"}, {"synapse.tau_s_ms", "60"}}, network,
                             constant_source(Column::Zero(2)));
  double nearest = 1;
  while (nearest > 0 && exponent(nearest) < matched.target) nearest -= 1e-4;
  double farthest = 0.01;
  while (farthest < 1 && exponent(farthest) < matched.target) farthest += 1e-4;
  INFO("target " << matched.target << ", before " << matched.before << ", factors " << farthest << " and " << nearest
                 << ", found " << matched.factor);
  REQUIRE(farthest < nearest - 0.2);
  CHECK(matched.matched);
  CHECK(matched.factor == Approx(nearest).epsilon(0.02));  // .05 /s of the exponent
}

TEST_CASE("when no factor matches, the best one is kept and the match is marked as missed") {
  // Near rest the exponent only falls when W is scaled down, away from that of the slower TCR network
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 4, 1, seed);
  network.W = 0.5 * Array::Identity(4, 4);
  network.b.setConstant(0.3);
  network.W_in.setZero();
  network.tau_ms.setConstant(50);
  const auto original = network;
  const auto missed =
      match({{"control.match", "chaos"}, {"synapse.tau_s_ms", "200"}}, network, constant_source(Column::Zero(2)));
  INFO("target " << missed.target << ", before " << missed.before << ", factor " << missed.factor);
  REQUIRE(missed.target > missed.before + 0.2);
  CHECK_FALSE(missed.matched);
  CHECK(missed.factor == 1);
  CHECK(missed.achieved == missed.before);
  CHECK(identical(network.W, original.W));
}

TEST_CASE("matched speed shortens time constants no further than the time step") {
  // Far above the stability bound the synaptic current alternates, and the TCR network is the faster one
  auto network = random_network("leaky_rate", Nonlinearity::tanh, 20, 1.5, seed);
  network.tau_ms.setConstant(25);
  const auto original = network;
  const TrialSource source = [](TrialKey key, Index count) { return noisy_trials(2, 30, count, key.seed); };
  const auto missed = match(
      {{"control.match", "speed"}, {"synapse.beta", "2000"}, {"synapse.tau_s_ms", "20"}, {"integration.dt_ms", "20"}},
      network, source);
  INFO("target " << missed.target << ", before " << missed.before << ", factor " << missed.factor);
  REQUIRE(missed.target > 1.25 * missed.before);  // out of reach: V is at most proportional to 1/tau
  CHECK_FALSE(missed.matched);
  CHECK(missed.factor < 1);
  CHECK(network.tau_ms.minCoeff() >= 20);
  CHECK(identical(network.W, original.W));
}
