#include "tests/odd_cases.hpp"

#include <cmath>

#include "tests/catch.hpp"

namespace stillpoint::testing {

namespace {

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

}  // namespace

const std::vector<OddCase>& more_odd_cases() {
  static const std::vector<OddCase> cases = {
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

}  // namespace stillpoint::testing
