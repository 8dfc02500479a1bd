// Tasks: 10^4 trials against the distributions that the help text states.
//
// Statistical checks allow four standard errors of the exact distribution; seeds are fixed, so a check that passes once
// passes always.
#include <algorithm>
#include <array>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "tests/catch.hpp"
#include "tests/task_draws.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

void check_mean(double observed, double expected, double variance, double samples) {
  CAPTURE(observed, expected, samples);
  CHECK(std::abs(observed - expected) < 4 * std::sqrt(variance / samples));
}

/// Pearson's chi-squared of equal frequencies; rejects at 1e-4, about four standard errors.
void check_uniform(const std::vector<double>& counts) {
  double total = 0, squares = 0;
  for (const double count : counts) total += count;
  const double expected = total / static_cast<double>(counts.size());
  for (const double count : counts) squares += (count - expected) * (count - expected) / expected;
  CAPTURE(counts, squares);
  CHECK(boost::math::gamma_q(static_cast<double>(counts.size() - 1) / 2, squares / 2) > 1e-4);
}

}  // namespace

TEST_CASE("a delay given as a range is uniform on it", "[tasks]") {
  for (const std::string name : {"evidence_accumulation", "delayed_addition", "delayed_cue_discrimination"}) {
    CAPTURE(name, seed);
    const auto trials = draw(name, 10, {{"task.delay_ms", "200..400"}}, 5000);
    // Rounded to steps of 10 ms: 20 and 40 with probability 1/40, every step between them with 1/20.
    double mean = 0, variance = 10.0 * 10 / 40 * 2;
    for (int steps = -9; steps <= 9; ++steps) variance += steps * steps / 20.0;
    for (Index b = 0; b < 5000; ++b) mean += static_cast<double>(length_of(trials, b) - trials.steps + 40) / 5000;
    check_mean(mean, 30, variance, 5000);
    CHECK(*std::min_element(trials.length.begin(), trials.length.end()) == trials.steps - 20);
    CHECK(*std::max_element(trials.length.begin(), trials.length.end()) == trials.steps);
  }
}

TEST_CASE("evidence accumulation: ties labelled -1 or drawn again give the exact share of labels", "[tasks]") {
  const int count = 20000, slots = 10;
  const double favoured = 0.65;
  // All 2^10 sequences of pulses: the share of those without a majority on channel 0.
  double second = 0;
  for (unsigned sequence = 0; sequence < 1u << slots; ++sequence) {
    int on_first = 0;
    for (int slot = 0; slot < slots; ++slot) on_first += (sequence >> slot) & 1u;
    if (2 * on_first > slots) continue;
    for (const double p : {favoured, 1 - favoured})
      second += 0.5 * std::pow(p, on_first) * std::pow(1 - p, slots - on_first);
  }
  for (const std::string ties : {"second", "redraw"}) {
    CAPTURE(ties, seed);
    const auto trials = draw("evidence_accumulation", 10,
                             {{"task.slot_ms", "10"},
                              {"task.delay_ms", "0"},
                              {"task.response_ms", "10"},
                              {"task.favoured", "0.65"},
                              {"task.ties", ties}},
                             count);
    const double share = static_cast<double>((trials.targets.array() == -1).count()) / count;
    const double expected = ties == "second" ? second : 0.5;
    check_mean(share, expected, expected * (1 - expected), count);
  }
}

TEST_CASE("flip-flop: pulses come at their rate, with fair signs, independent between bits and slots", "[tasks]") {
  const double p = 0.3;
  const Index count = 4000, slots = 10;
  const auto trials =
      draw("flip_flop", 10, {{"task.slot_ms", "10"}, {"task.pulse_ms", "10"}, {"task.settle_ms", "0"}}, count);
  double pulses = 0, up = 0, together = 0, in_a_row = 0;
  for (Index b = 0; b < count; ++b)
    for (Index t = 0; t < slots; ++t) {
      const auto now = trials.inputs.col(trials.column(t, b));
      pulses += static_cast<double>((now.array() != 0).count());
      up += static_cast<double>((now.array() > 0).count());
      together += now(0) != 0 && now(1) != 0;
      if (t > 0) in_a_row += now(2) != 0 && trials.inputs(2, trials.column(t - 1, b)) != 0;
    }
  CAPTURE(seed);
  const double cells = static_cast<double>(3 * slots * count), pairs = static_cast<double>(slots * count);
  // Redrawing trials without pulses raises the rate by 2e-5 of itself, far below a standard error of .4 %.
  check_mean(pulses / cells, p, p * (1 - p), cells);
  check_mean(up / pulses, 0.5, 0.25, pulses);
  check_mean(together / pairs, p * p, p * p * (1 - p * p), pairs);
  // Neighbouring pairs of slots overlap: their covariance is p^3 - p^4, on both sides.
  check_mean(in_a_row / (pairs * 0.9), p * p, p * p * (1 - p * p) + 2 * (p * p * p - p * p * p * p), pairs * 0.9);
}

TEST_CASE("flip-flop: a trial without any pulse is drawn again", "[tasks]") {
  const double p = 0.3, some = 1 - (1 - p) * (1 - p);
  const Index count = 20000;
  const auto trials = draw("flip_flop", 10,
                           {{"task.bits", "1"},
                            {"task.slots", "2"},
                            {"task.slot_ms", "10"},
                            {"task.pulse_ms", "10"},
                            {"task.settle_ms", "0"}},
                           count);
  CAPTURE(seed);
  const double pulses = static_cast<double>((trials.inputs.array() != 0).count());
  const double mean = 2 * p / some, square = (2 * p * (1 - p) + 4 * p * p) / some;
  check_mean(pulses / static_cast<double>(count), mean, square - mean * mean, static_cast<double>(count));
}

TEST_CASE("delayed addition: marks are uniform in their halves, sums have mean 1 and variance 1/6", "[tasks]") {
  const Index count = 20000;
  const auto trials = draw(
      "delayed_addition", 10,
      {{"task.samples", "7"}, {"task.sample_ms", "10"}, {"task.delay_ms", "0"}, {"task.response_ms", "10"}}, count);
  CAPTURE(seed);
  CHECK(trials.tolerance == 0.1);
  std::vector<double> first(3), second(4);  // the first half has 3 of 7 samples
  double values = 0, sums = 0, squares = 0;
  for (Index b = 0; b < count; ++b) {
    const auto s = trial_of(trials, trials.inputs, b);
    REQUIRE(s.row(1).head(3).sum() == 1);
    REQUIRE(s.row(1).sum() == 2);
    for (Index t = 0; t < 7; ++t) {
      REQUIRE((s(0, t) >= 0 && s(0, t) < 1));
      if (s(1, t) == 1) (t < 3 ? first[static_cast<std::size_t>(t)] : second[static_cast<std::size_t>(t - 3)]) += 1;
    }
    values += s.row(0).sum();
    const double sum = trials.targets(0, trials.column(7, b));
    sums += sum;
    squares += (sum - 1) * (sum - 1);
  }
  const double n = static_cast<double>(count);
  check_uniform(first);
  check_uniform(second);
  check_mean(values / (7 * n), 0.5, 1.0 / 12, 7 * n);
  check_mean(sums / n, 1, 1.0 / 6, n);
  check_mean(squares / n, 1.0 / 6, (2.4 - 1) / 36, n);  // fourth moment of the triangular distribution: 2.4 variance^2
}

TEST_CASE("delayed cue discrimination: cues are equally likely and are the condition", "[tasks]") {
  const Index count = 20000;
  const auto trials =
      draw("delayed_cue_discrimination", 10,
           {{"task.cues", "5"}, {"task.cue_ms", "10"}, {"task.delay_ms", "0"}, {"task.response_ms", "10"}}, count);
  CAPTURE(seed);
  std::vector<double> counts(5);
  for (Index b = 0; b < count; ++b) {
    Index shown;
    trials.inputs.col(trials.column(0, b)).maxCoeff(&shown);
    counts[static_cast<std::size_t>(shown)] += 1;
    REQUIRE(trials.condition[static_cast<std::size_t>(b)] == static_cast<int>(shown));
  }
  check_uniform(counts);
}

TEST_CASE("sine generation: frequencies are equally likely", "[tasks]") {
  const Index count = 20000;
  const auto trials = draw("sine_generation", 10,
                           {{"task.frequencies_hz", "1 2 3 4 5"},
                            {"task.duration_ms", "10"},
                            {"task.cue_ms", "10"},
                            {"task.settle_ms", "0"}},
                           count);
  CAPTURE(seed);
  std::vector<double> counts(5);
  for (const int condition : trials.condition) counts[static_cast<std::size_t>(condition)] += 1;
  check_uniform(counts);
}

TEST_CASE("fast tracking: noise of the stated variance and autocorrelation at any time step", "[tasks]") {
  // 10^5 steps of each of two channels. Four standard errors of the variance: 7 % of it at 0.5 ms, 3 % at 5 ms, 1.3 %
  // at 90 ms.
  const Index count = 2000, steps = 50, channels = 2;
  const double amplitude = 0.8, tau_ms = 30, variance = amplitude * amplitude;
  for (const double dt_ms : {0.5, 5.0, 30.0, 90.0}) {
    const auto trials = draw("fast_tracking", dt_ms,
                             {{"task.channels", "2"},
                              {"task.duration_ms", std::to_string(static_cast<double>(steps) * dt_ms)},
                              {"task.correlation_ms", "30"},
                              {"task.amplitude", "0.8"}},
                             count);
    REQUIRE(trials.steps == steps);
    const auto rho = [&](Index lag) { return std::exp(-static_cast<double>(std::abs(lag)) * dt_ms / tau_ms); };
    // Mean of s(t) z(t+lag) over a trial and over trials, z being s itself or the other channel, and the exact variance
    // of that mean: products of Gaussians h steps apart covary by rho(h)^2 and, if z is s, rho(h+lag) rho(h-lag).
    const auto check_product = [&](Index lag, bool same, Index used) {
      CAPTURE(dt_ms, seed, lag, same, used);
      double sum = 0, covariance = 0;
      for (Index b = 0; b < count; ++b)
        for (Index t = 0; t < used; ++t)
          for (Index channel = 0; channel < (same ? channels : 1); ++channel)
            sum += trials.inputs(channel, trials.column(t, b)) *
                   trials.inputs(same ? channel : 1 - channel, trials.column(t + lag, b));
      for (Index h = 1 - used; h < used; ++h)
        covariance += (1 - static_cast<double>(std::abs(h)) / static_cast<double>(used)) *
                      (rho(h) * rho(h) + (same ? rho(h + lag) * rho(h - lag) : 0));
      const double samples = static_cast<double>(count * used * (same ? channels : 1));
      check_mean(sum / samples, same ? variance * rho(lag) : 0, variance * variance * covariance, samples);
    };
    check_product(0, true, 1);  // stationary from the first step on
    for (const Index lag : {0, 1, 6, 20}) check_product(lag, true, steps - lag);
    for (const Index lag : {0, 1}) check_product(lag, false, steps - lag);
  }
}
