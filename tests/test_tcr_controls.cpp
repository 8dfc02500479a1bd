// The permuted and the yoked control of temporal consistency.
#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>

#include "sim/random.hpp"
#include "tests/short_term.hpp"

using namespace stillpoint;
using namespace stillpoint::problems;

namespace {
/// Probability of a chi-square at least this large.
double tail(double chi_square, int degrees) { return boost::math::gamma_q(0.5 * degrees, 0.5 * chi_square); }
}  // namespace

TEST_CASE(
    "permuted control: the same postsynaptic factors at the wrong neurons, shuffled anew in each trial, reproducibly") {
  const auto network = tanh_network(any_kind());
  const auto permuted = tcr("dense", {{"synapse.postsynaptic", "permuted"}});
  // After one step S = -(beta dt/(N tau_s)) q r^T: its first column tells where each q went.
  const auto columns = [&](const Assignments& assignments, TrialKey key) {
    Array first(N, B);
    with_dense_state(network, assignments, key, 1, [&](const auto&, const Array& state) { first = state.topRows(N); });
    return first;
  };
  const Array own = columns(tcr("dense"), {seed, 0}), shuffled = columns(permuted, {seed, 0});
  const auto sorted = [](Column values) {
    std::sort(values.begin(), values.end());
    return values;
  };
  const auto destinations = [&](const Array& from, const Array& to, Index b) {
    std::vector<Index> where;
    for (Index i = 0; i < N; ++i) {
      Index found;
      (to.col(b).array() - from(i, b)).abs().minCoeff(&found);
      where.push_back(found);
    }
    return where;
  };
  for (Index b = 0; b < B; ++b) {
    CHECK(largest_difference(sorted(shuffled.col(b)), sorted(own.col(b))) < 1e-15);
    CHECK(destinations(own, shuffled, b) != destinations(own, own, b));
    CHECK(destinations(own, shuffled, b) != destinations(own, shuffled, (b + 1) % B));  // one chance in 9! for each
    CHECK(destinations(own, shuffled, b) !=
          destinations(columns(tcr("dense"), {seed, 1}), columns(permuted, {seed, 1}), b));
    CHECK(destinations(own, shuffled, b) !=
          destinations(columns(tcr("dense"), {seed + 1, 0}), columns(permuted, {seed + 1, 0}), b));
  }
  const auto reference = run(network, permuted, {seed, 0});
  CHECK(identical(reference.state, run(network, permuted, {seed, 0}).state));
  for (const std::string form :
       {"history", "chunked"})  // wrong neurons are not stabilised: rounding grows by 1e5 over the trial
    CHECK(largest_difference(run(network, tcr(form, {{"synapse.postsynaptic", "permuted"}}), {seed, 0}).state,
                             reference.state) < 1e-8);
}

TEST_CASE("yoked control: each trial receives the current of the next trial of the batch when that ran unyoked") {
  const auto network = tanh_network(any_kind());
  const auto form = any_form();
  const auto unyoked = run<double>(network, tcr(form)),
             yoked = run<double>(network, tcr(form, {{"synapse.current", "yoked"}}));
  for (Index b = 0; b < B; ++b)
    CHECK(identical(of_trial(yoked.current, B, b), of_trial(unyoked.current, B, (b + 1) % B)));
  CHECK(largest_difference(yoked.state, unyoked.state) > 1e-3);
  CHECK_THROWS_AS(run<double>(network, tcr(form, {{"synapse.current", "yoked"}}), random_trials(1)), UserError);
}

TEST_CASE("the permuted control sends every factor to every neuron equally often") {
  INFO("seed " << seed);
  constexpr Index trials = 4000, neurons = 5;
  auto network = random_network("leaky_rate", Nonlinearity::tanh, neurons, 1.3, seed);
  const auto first_column = [&](const std::string& postsynaptic) -> Array {
    const auto synapse = synapse_for(network, euler, 1, tcr("dense", {{"synapse.postsynaptic", postsynaptic}}));
    simulate(network, euler, held_trials(Array::Constant(2, trials, 0.3), 1), *synapse, {}, {seed, 0});
    return synapse->continuous()->state().topRows(neurons);
  };
  const Array own = first_column("own"), shuffled = first_column("permuted");
  Array count = Array::Zero(neurons, neurons);
  double fixed = 0;
  for (Index b = 0; b < trials; ++b) {
    int at_home = 0;
    for (Index i = 0; i < neurons; ++i) {
      Index to;
      (shuffled.col(b).array() - own(i, b)).abs().minCoeff(&to);
      ++count(i, to);
      at_home += to == i;
    }
    fixed += at_home == 0;
  }
  const double expected = static_cast<double>(trials) / neurons;
  // rows and columns sum to the number of trials: (neurons - 1)^2 degrees of freedom, scaled by neurons/(neurons - 1)
  const double chi_square = (count.array() - expected).square().sum() / expected * (neurons - 1) / neurons;
  CHECK(tail(chi_square, (neurons - 1) * (neurons - 1)) > 1e-4);
  const double derangements = 44. / 120;  // of five
  CHECK(std::abs(fixed / trials - derangements) < 4 * std::sqrt(derangements * (1 - derangements) / trials));
}

TEST_CASE("the permuted control shuffles by Fisher and Yates with the stream of its trial") {
  const auto network = tanh_network("leaky_rate");
  const TrialKey key{seed, 2};
  const auto first_column = [&](const std::string& postsynaptic) -> Array {
    const auto synapse = synapse_for(network, euler, 1, tcr("dense", {{"synapse.postsynaptic", postsynaptic}}));
    simulate<double>(network, euler, noisy_trials(2, 1, B, seed), *synapse, {}, key);
    return synapse->continuous()->state().topRows(N);
  };
  const Array own = first_column("own"), shuffled = first_column("permuted");
  for (Index b = 0; b < B; ++b) {
    std::vector<Index> from(N);
    for (Index i = 0; i < N; ++i) from[static_cast<std::size_t>(i)] = i;
    Stream stream(key.seed, Purpose::permutation, key.update, static_cast<std::uint64_t>(b));
    for (Index i = N - 1; i > 0; --i)
      std::swap(from[static_cast<std::size_t>(i)], from[static_cast<std::size_t>(stream.below(i + 1))]);
    for (Index i = 0; i < N; ++i)
      CHECK(shuffled(i, b) == Approx(own(from[static_cast<std::size_t>(i)], b)).epsilon(1e-14));
  }
}

TEST_CASE("the yoked control runs its unyoked twin under the trial's own noise and name") {
  const auto network = tanh_network("leaky_rate");
  const Noise noise{0.1, 0.2, 20};
  const TrialKey key{seed, 3};
  const auto run = [&](const Assignments& more) {
    const auto synapse = synapse_for(network, euler, T, tcr("history", more), noise);
    return simulate<double>(network, euler, random_trials(), *synapse, noise, key);
  };
  const auto unyoked = run({}), yoked = run({{"synapse.current", "yoked"}});
  for (Index b = 0; b < B; ++b)
    CHECK(identical(of_trial(yoked.current, B, b), of_trial(unyoked.current, B, (b + 1) % B)));
}
