// Match to sample, context integration, working memory, interval timing: 10^5 trials of each against the distributions
// that the help text states; conditions; bad values.
//
// Chi-squared tests reject at 1e-4; seeds are fixed, so a check that passes once passes always.
#include <array>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <map>

#include "tests/catch.hpp"
#include "tests/task_draws.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr Index many = 100000;

/// Pearson's chi-squared of counts against their probabilities; a cell of probability 0 must be empty.
void check_counts(const std::vector<double>& counts, const std::vector<double>& probabilities) {
  REQUIRE(counts.size() == probabilities.size());
  double total = 0, probability = 0, squares = 0, cells = 0;
  for (const double count : counts) total += count;
  for (const double p : probabilities) probability += p;
  REQUIRE(std::abs(probability - 1) < 1e-12);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (probabilities[i] == 0) {
      CHECK(counts[i] == 0);
      continue;
    }
    const double expected = total * probabilities[i];
    squares += (counts[i] - expected) * (counts[i] - expected) / expected;
    cells += 1;
  }
  CAPTURE(counts, squares, seed);
  CHECK(boost::math::gamma_q((cells - 1) / 2, squares / 2) > 1e-4);
}

std::size_t index_of(Index value) { return static_cast<std::size_t>(value); }

int condition_of(const TrialSet<double>& trials, Index b) { return trials.condition[index_of(b)]; }

}  // namespace

TEST_CASE("match to sample: half of the trials match, samples and other tests are equally likely", "[tasks]") {
  const Index stimuli = 5;
  const auto trials = draw("delayed_match_to_sample", 10,
                           {{"task.stimuli", "5"},
                            {"task.sample_ms", "10"},
                            {"task.delay_ms", "0"},
                            {"task.test_ms", "10"},
                            {"task.response_ms", "10"}},
                           many);
  std::vector<double> counts(25), probabilities(25);
  for (Index sample = 0; sample < stimuli; ++sample)
    for (Index test = 0; test < stimuli; ++test)
      probabilities[index_of(5 * sample + test)] = 0.5 / 5 * (sample == test ? 1 : 0.25);
  for (Index b = 0; b < many; ++b) {
    Index sample, test;
    trials.inputs.col(trials.column(0, b)).maxCoeff(&sample);
    trials.inputs.col(trials.column(1, b)).maxCoeff(&test);
    counts[index_of(5 * sample + test)] += 1;
    REQUIRE(condition_of(trials, b) == 2 * sample + (sample == test ? 0 : 1));
  }
  check_counts(counts, probabilities);
}

TEST_CASE("context integration: context and both signed coherences are independent and equally likely", "[tasks]") {
  const auto trials = draw("context_integration", 10,
                           {{"task.coherences", "0.05 0.15 0.5"},
                            {"task.noise", "0"},
                            {"task.stimulus_ms", "10"},
                            {"task.delay_ms", "0"},
                            {"task.response_ms", "10"}},
                           many);
  const std::map<double, Index> signed_coherences = {{-0.5, 0}, {-0.15, 1}, {-0.05, 2}, {0.05, 3}, {0.15, 4}, {0.5, 5}};
  std::vector<double> counts(72);
  for (Index b = 0; b < many; ++b) {
    const auto s = trials.inputs.col(trials.column(0, b));
    const Index relevant = s(3) == 1 ? 1 : 0;
    counts[index_of(36 * relevant + 6 * signed_coherences.at(s(0)) + signed_coherences.at(s(1)))] += 1;
    REQUIRE(condition_of(trials, b) == 4 * relevant + (s(relevant) > 0 ? 0 : 2) + ((s(0) > 0) == (s(1) > 0) ? 0 : 1));
  }
  check_counts(counts, std::vector<double>(72, 1.0 / 72));
}

TEST_CASE("context integration: noise is white, its mean over the stimulus as stated at any time step", "[tasks]") {
  const double coherence = 10, noise = 0.3;
  for (const double dt_ms : {2.5, 10.0, 40.0}) {
    const auto trials = draw("context_integration", dt_ms,
                             {{"task.coherences", "10"},
                              {"task.noise", "0.3"},
                              {"task.stimulus_ms", "40"},
                              {"task.delay_ms", "0"},
                              {"task.response_ms", "40"}},
                             many);
    const auto steps = static_cast<Index>(40 / dt_ms);
    double means = 0, sum = 0, across = 0;
    std::vector<double> neighbours(2), halves(2);
    for (Index b = 0; b < many; ++b) {
      std::array<double, 2> mean{};
      for (Index channel = 0; channel < 2; ++channel) {
        double before = 0;
        for (Index t = 0; t < steps; ++t) {
          const double value = trials.inputs(channel, trials.column(t, b));
          const double rest = value - (value > 0 ? coherence : -coherence);
          mean[index_of(channel)] += rest / static_cast<double>(steps);
          halves[rest > 0] += 1;
          if (t > 0) neighbours[(rest > 0) == (before > 0)] += 1;
          before = rest;
        }
        sum += mean[index_of(channel)];
        means += mean[index_of(channel)] * mean[index_of(channel)];
      }
      across += mean[0] * mean[1];
    }
    CAPTURE(dt_ms, seed);
    const double n = 2.0 * many, variance = noise * noise;
    CHECK(std::abs(sum / n) < 4 * noise / std::sqrt(n));
    CHECK(std::abs(means / n - variance) < 4 * variance * std::sqrt(2 / n));
    CHECK(std::abs(across / many) < 4 * variance / std::sqrt(static_cast<double>(many)));
    check_counts(halves, {0.5, 0.5});
    if (steps > 1) check_counts(neighbours, {0.5, 0.5});
  }
}

TEST_CASE("working memory: cues, distractors, their number and their times are as stated", "[tasks]") {
  // Two slots of 5 steps; a distractor of 2 steps begins at one of 4 steps of its slot.
  const auto trials = draw("working_memory_n", 10,
                           {{"task.cues", "4"},
                            {"task.cue_ms", "10"},
                            {"task.delay_ms", "100"},
                            {"task.distractors", "2"},
                            {"task.distractor_probability", "0.3"},
                            {"task.distractor_ms", "20"},
                            {"task.response_ms", "10"}},
                           many);
  std::vector<double> number(3), pair(16), begin(4);
  for (Index b = 0; b < many; ++b) {
    const auto s = trial_of(trials, trials.inputs, b);
    Index first;
    s.col(0).maxCoeff(&first);
    REQUIRE(condition_of(trials, b) == first);
    std::size_t distractors = 0;
    for (Index slot = 0; slot < 2; ++slot)
      for (Index t = 0; t < 4; ++t) {
        Index other;
        if (s.col(1 + 5 * slot + t).maxCoeff(&other) == 0) continue;
        ++distractors;
        pair[index_of(4 * first + other)] += 1;
        begin[index_of(t)] += 1;
        break;
      }
    number[distractors] += 1;
  }
  check_counts(number, {0.49, 0.42, 0.09});
  check_counts(begin, {0.25, 0.25, 0.25, 0.25});
  std::vector<double> probabilities(16, 1.0 / 12);
  for (const std::size_t same : {0, 5, 10, 15}) probabilities[same] = 0;  // the cue is no distractor
  check_counts(pair, probabilities);
}

TEST_CASE("interval timing: intervals are uniform on their range", "[tasks]") {
  const auto trials = draw("interval_timing", 10,
                           {{"task.interval_ms", "30..130"}, {"task.pulse_ms", "10"}, {"task.hold_ms", "0"}}, many);
  // Rounded to steps of 10 ms: 3 and 13 with probability 1/20, every step between them with 1/10.
  std::vector<double> counts(14), probabilities(14, 0.1);
  for (const std::size_t steps : {0, 1, 2}) probabilities[steps] = 0;
  for (const std::size_t steps : {3, 13}) probabilities[steps] = 0.05;
  for (Index b = 0; b < many; ++b) {
    Index set = 0;
    while (trials.inputs(1, trials.column(set, b)) == 0) ++set;
    REQUIRE(set <= 13);
    counts[index_of(set)] += 1;
    REQUIRE(length_of(trials, b) == 2 * set);
    REQUIRE(condition_of(trials, b) == (set > 8 ? 1 : 0));
  }
  check_counts(counts, probabilities);
}

TEST_CASE("memory tasks: durations that cannot fit are refused in one line that names the option", "[tasks]") {
  check_rejected("working_memory_n", 5, {{"task.distractor_ms", "205"}}, "task.distractor_ms");  // two in 400 ms
  CHECK(error_of(task_kind("working_memory_n"), 5, {{"task.distractor_ms", "200"}}).empty());
  check_rejected("working_memory_n", 5, {{"task.distractors", "10"}}, "task.distractor_ms");
  check_rejected("working_memory_n", 5, {{"task.cues", "1"}}, "task.cues");
  check_rejected("interval_timing", 5, {{"task.pulse_ms", "535"}}, "task.pulse_ms");
  check_rejected("interval_timing", 5, {{"task.interval_ms", "2..1000"}}, "task.pulse_ms");
  check_rejected("interval_timing", 5, {{"task.threshold", "0"}}, "task.threshold");
  check_rejected("delayed_match_to_sample", 5, {{"task.stimuli", "1"}}, "task.stimuli");
  for (const std::string value : {"", "0", "-0.1", "0.1, 0.2", "weak"})
    check_rejected("context_integration", 5, {{"task.coherences", value}}, "task.coherences");
  const std::vector<std::pair<std::string, std::vector<std::string>>> durations = {
      {"delayed_match_to_sample", {"sample_ms", "test_ms", "response_ms"}},
      {"context_integration", {"stimulus_ms", "response_ms"}},
      {"working_memory_n", {"cue_ms", "distractor_ms", "response_ms"}},
      {"interval_timing", {"pulse_ms"}}};
  for (const auto& [task, keys] : durations)
    for (const auto& key : keys)
      for (const std::string value : {"0", "2.4"}) check_rejected(task, 5, {{"task." + key, value}}, "task." + key);
}
