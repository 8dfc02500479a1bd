#include "tests/odd_cases.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/catch.hpp"

namespace stillpoint::testing {

namespace {

Graded nothing_graded(Index outputs, Index steps) { return {Array::Zero(outputs, steps), Array::Zero(outputs, steps)}; }

/// One target, graded in the last `response` steps of the trial.
Graded answer_at_end(double target, Index response, Index length, Index steps) {
  auto graded = nothing_graded(1, steps);
  graded.targets.middleCols(length - response, response).setConstant(target);
  graded.mask.middleCols(length - response, response).setOnes();
  return graded;
}

// Recomputations. They see the input array and the valid length of a trial, and know the step counts of its odd case.

Graded evidence_from_inputs(const Array& s, Index length) {
  std::array<int, 2> pulses{};
  for (Index channel = 0; channel < 2; ++channel)
    for (Index t = 0; t < s.cols(); ++t)
      if (s(channel, t) != 0 && (t == 0 || s(channel, t - 1) == 0)) ++pulses[static_cast<std::size_t>(channel)];
  CHECK(pulses[0] + pulses[1] == 6);
  CHECK((s.array() == 0.8).count() == 6 * 3);
  CHECK((s.array() != 0).count() == 6 * 3);
  CHECK((s.rightCols(s.cols() - 6 * 7).array() == 0).all());
  return answer_at_end(pulses[0] > pulses[1] ? 1 : -1, 4, length, s.cols());
}

Graded memory_from_inputs(const Array& s, Index) {
  auto graded = nothing_graded(2, s.cols());
  for (Index bit = 0; bit < 2; ++bit) {
    int sign = 0;
    Index since = 0;
    for (Index t = 0; t < s.cols(); ++t) {
      if (s(bit, t) != 0 && (t == 0 || s(bit, t - 1) == 0)) {
        sign = s(bit, t) > 0 ? 1 : -1;
        since = t;
        CHECK(t % 13 == 0);  // pulses start with a slot
        CHECK((s.row(bit).segment(t, 4).array() == 0.8 * sign).all());
        CHECK(s(bit, t + 4) == 0);
      }
      graded.targets(bit, t) = sign;
      if (sign != 0 && t - since >= 6) graded.mask(bit, t) = 1;
    }
  }
  return graded;
}

Graded sum_from_inputs(const Array& s, Index length) {
  double sum = 0;
  for (Index t = 0; t < s.cols(); ++t)
    if (s(1, t) == 1) sum += s(0, t) / 3;  // a value is held for three steps
  CHECK((s.row(1).array() == 1).count() == 2 * 3);
  CHECK((s.row(1).array() != 0).count() == 2 * 3);
  for (Index t = 0; t < 7 * 3; ++t) CHECK(s(0, t) == s(0, t - t % 3));
  CHECK((s.rightCols(s.cols() - 7 * 3).array() == 0).all());
  return answer_at_end(sum, 4, length, s.cols());
}

Graded cue_from_inputs(const Array& s, Index length) {
  auto graded = nothing_graded(4, s.cols());
  Index shown;
  s.topRows(4).rowwise().sum().maxCoeff(&shown);
  for (Index t = 0; t < s.cols(); ++t) {
    if (s(4, t) == 0) continue;
    for (Index cue = 0; cue < 4; ++cue) graded.targets(cue, t) = cue == shown ? 1 : -1;
    graded.mask.col(t).setOnes();
  }
  CHECK((s.topRows(4).array() == 0.8).count() == 8);
  CHECK((s.topRows(4).array() != 0).count() == 8);
  CHECK((s.row(shown).head(8).array() == 0.8).all());
  CHECK((s.row(4).segment(length - 4, 4).array() == 0.8).all());
  CHECK((s.row(4).array() != 0).count() == 4);
  return graded;
}

Graded sine_from_inputs(const Array& s, Index) {
  auto graded = nothing_graded(1, s.cols());
  const Index drawn = std::lround(3 * s(1, 0)) - 1;
  const double radians_per_ms =
      2 * std::acos(-1.0) * std::array{1.5, 4.0, 7.0}.at(static_cast<std::size_t>(drawn)) / 1000;
  for (Index t = 0; t < s.cols(); ++t) {
    CHECK(s(0, t) == (t < 4 ? 1 : 0));
    CHECK(s(1, t) == static_cast<double>(drawn + 1) / 3);
    graded.targets(0, t) = 0.8 * std::sin(radians_per_ms * 3 * static_cast<double>(t + 1));  // read at the step's end
  }
  graded.mask.rightCols(s.cols() - 6).setOnes();
  return graded;
}

Graded input_four_steps_ago(const Array& s, Index) {
  auto graded = nothing_graded(2, s.cols());
  graded.targets.rightCols(s.cols() - 4) = s.leftCols(s.cols() - 4);
  graded.mask.rightCols(s.cols() - 4).setOnes();
  return graded;
}

/// The channel that is on at a step, which must be the only one.
Index only_channel(const Array& s, Index step) {
  Index channel;
  CHECK(s.col(step).maxCoeff(&channel) == 0.8);
  CHECK((s.col(step).array() != 0).count() == 1);
  return channel;
}

Graded match_from_inputs(const Array& s, Index length) {
  const Index sample = only_channel(s, 0), test = only_channel(s, length - 4 - 1);
  CHECK((s.row(sample).head(8).array() == 0.8).all());
  CHECK((s.row(test).segment(length - 4 - 6, 6).array() == 0.8).all());
  CHECK((s.array() != 0).count() == 8 + 6);
  return answer_at_end(sample == test ? 1 : -1, 4, length, s.cols());
}

Graded relevant_sign_from_inputs(const Array& s, Index length) {
  const bool colour = s(3, 0) == 1;
  for (Index t = 0; t < length; ++t) {
    CHECK(s(2, t) == (colour ? 0 : 1));
    CHECK(s(3, t) == (colour ? 1 : 0));
  }
  CHECK((s.topRightCorner(2, s.cols() - 33).array() == 0).all());
  // The weakest coherence is 20 standard deviations of the mean.
  const double mean = s.row(colour ? 1 : 0).head(33).mean();
  CHECK((std::abs(std::abs(mean) - 0.2) < 0.06 || std::abs(std::abs(mean) - 0.6) < 0.06));
  return answer_at_end(mean > 0 ? 1 : -1, 4, length, s.cols());
}

Graded first_cue_from_inputs(const Array& s, Index length) {
  auto graded = nothing_graded(4, s.cols());
  const Index first = only_channel(s, 0), slot = (length - 8 - 4) / 3;
  CHECK((s.row(first).head(8).array() == 0.8).all());
  CHECK((s.row(first).array() != 0).count() == 8);  // it does not come again
  Index distracted = 0;
  for (Index k = 0; k < 3; ++k) {
    const Array cues = s.block(0, 8 + k * slot, 4, slot);
    const Index on = (cues.array() != 0).count();
    CHECK((on == 0 || on == 4));
    CHECK((cues.rowwise().sum().array() != 0).count() == (on > 0 ? 1 : 0));  // one channel
    distracted += on;
  }
  CHECK((s.array() != 0).count() == 8 + distracted + 4);
  CHECK((s.row(4).segment(length - 4, 4).array() == 0.8).all());
  graded.targets.middleCols(length - 4, 4).setConstant(-1);
  graded.targets.row(first).segment(length - 4, 4).setOnes();
  graded.mask.middleCols(length - 4, 4).setOnes();
  return graded;
}

Graded ramp_from_inputs(const Array& s, Index length) {
  auto graded = nothing_graded(1, s.cols());
  Index set = 0;
  while (s(1, set) == 0) ++set;
  CHECK(length == 2 * set + 6);
  CHECK((s.row(0).head(4).array() == 0.8).all());
  CHECK((s.row(1).segment(set, 4).array() == 0.8).all());
  CHECK((s.array() != 0).count() == 8);
  for (Index t = set; t < length; ++t) {  // the output is read at the end of the step
    const double since_ms = 3 * static_cast<double>(t - set + 1), interval_ms = 3 * static_cast<double>(set);
    graded.targets(0, t) = since_ms < interval_ms ? 1.5 * since_ms / interval_ms : 1.5;
    graded.mask(0, t) = 1;
  }
  return graded;
}

const std::vector<OddCase>& odd_cases() {
  static const std::vector<OddCase> cases = {
      {"evidence_accumulation",  // slot 7 steps, pulse 3, delay 3 to 32, response 4
       {{"task.slots", "6"},
        {"task.slot_ms", "20"},
        {"task.pulse_ms", "8"},
        {"task.amplitude", "0.8"},
        {"task.favoured", "0.6"},
        {"task.delay_ms", "10..95"},
        {"task.response_ms", "13"},
        {"task.ties", "second"}},
       2,
       1,
       6 * 7 + 3 + 4,
       6 * 7 + 32 + 4,
       evidence_from_inputs},
      {"flip_flop",  // slot 13 steps, pulse 4, settling 6
       {{"task.bits", "2"},
        {"task.slots", "9"},
        {"task.slot_ms", "40"},
        {"task.pulse_ms", "11"},
        {"task.pulse_probability", "0.4"},
        {"task.amplitude", "0.8"},
        {"task.settle_ms", "17"}},
       2,
       2,
       9 * 13,
       9 * 13,
       memory_from_inputs},
      {"delayed_addition",  // sample 3 steps, delay 0 to 17, response 4
       {{"task.samples", "7"}, {"task.sample_ms", "10"}, {"task.delay_ms", "0..50"}, {"task.response_ms", "13"}},
       2,
       1,
       7 * 3 + 4,
       7 * 3 + 17 + 4,
       sum_from_inputs},
      {"delayed_cue_discrimination",  // cue 8 steps, delay 3 to 32, response 4
       {{"task.cues", "4"},
        {"task.cue_ms", "25"},
        {"task.delay_ms", "10..95"},
        {"task.response_ms", "13"},
        {"task.amplitude", "0.8"}},
       5,
       4,
       8 + 3 + 4,
       8 + 32 + 4,
       cue_from_inputs},
      {"sine_generation",  // pulse 4 steps, settling 6
       {{"task.frequencies_hz", "1.5 4 7"},
        {"task.duration_ms", "200"},
        {"task.amplitude", "0.8"},
        {"task.cue_ms", "11"},
        {"task.settle_ms", "17"}},
       2,
       1,
       67,
       67,
       sine_from_inputs},
      {"fast_tracking",  // lag 4 steps
       {{"task.channels", "2"}, {"task.duration_ms", "100"}, {"task.amplitude", "0.8"}, {"task.lag_ms", "11"}},
       2,
       2,
       33,
       33,
       input_four_steps_ago},
      {"delayed_match_to_sample",  // sample 8 steps, delay 3 to 32, test 6, response 4
       {{"task.stimuli", "5"},
        {"task.sample_ms", "25"},
        {"task.delay_ms", "10..95"},
        {"task.test_ms", "17"},
        {"task.response_ms", "13"},
        {"task.amplitude", "0.8"}},
       5,
       1,
       8 + 3 + 6 + 4,
       8 + 32 + 6 + 4,
       match_from_inputs},
      {"context_integration",  // stimulus 33 steps, delay 3 to 32, response 4
       {{"task.coherences", "0.2 0.6"},
        {"task.noise", "0.01"},
        {"task.stimulus_ms", "100"},
        {"task.delay_ms", "10..95"},
        {"task.response_ms", "13"}},
       4,
       1,
       33 + 3 + 4,
       33 + 32 + 4,
       relevant_sign_from_inputs},
      {"working_memory_n",  // cue 8 steps, delay 20 to 32, distractor 4, response 4
       {{"task.cues", "4"},
        {"task.cue_ms", "25"},
        {"task.delay_ms", "60..95"},
        {"task.distractors", "3"},
        {"task.distractor_probability", "0.7"},
        {"task.distractor_ms", "13"},
        {"task.response_ms", "13"},
        {"task.amplitude", "0.8"}},
       5,
       4,
       8 + 20 + 4,
       8 + 32 + 4,
       first_cue_from_inputs},
      {"interval_timing",  // interval 10 to 31 steps, pulse 4, hold 6
       {{"task.interval_ms", "31..92"},
        {"task.pulse_ms", "11"},
        {"task.hold_ms", "17"},
        {"task.amplitude", "0.8"},
        {"task.threshold", "1.5"}},
       2,
       1,
       2 * 10 + 6,
       2 * 31 + 6,
       ramp_from_inputs},
  };
  return cases;
}

}  // namespace

const OddCase& odd_case(const std::string& task) {
  const auto& cases = odd_cases();
  const auto found = std::find_if(cases.begin(), cases.end(), [&](const OddCase& one) { return one.task == task; });
  INFO("no odd case with an independent recomputation for task " << task);
  REQUIRE(found != cases.end());
  return *found;
}

}  // namespace stillpoint::testing
