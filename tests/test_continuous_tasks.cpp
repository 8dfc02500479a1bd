// Tasks whose targets change all the time: the sine as a function of time, its cues, the tracked noise, bad values.
#include <cmath>

#include "tests/catch.hpp"
#include "tests/task_draws.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

TEST_CASE("sine generation: amplitude, frequency and phase of the target are those asked for", "[tasks]") {
  // 2 s hold whole periods of every frequency below, so its projections on the others vanish.
  const std::vector<double> frequencies_hz = {0.5, 2, 7, 30};
  for (const double dt_ms : {1.0, 5.0, 10.0}) {
    const auto trials = draw("sine_generation", dt_ms,
                             {{"task.frequencies_hz", "0.5 2  7 30"},
                              {"task.duration_ms", "2000"},
                              {"task.amplitude", "0.8"},
                              {"task.cue", "onset"}},
                             40);
    CHECK(trials.tolerance == 0.1 * 0.8);
    std::vector<int> drawn(4);
    for (Index b = 0; b < trials.batch; ++b) {
      const auto frequency = static_cast<std::size_t>(trials.condition[static_cast<std::size_t>(b)]);
      CAPTURE(dt_ms, seed, b, frequency);
      REQUIRE(frequency < 4);
      ++drawn[frequency];
      const auto target = trial_of(trials, trials.targets, b);
      for (std::size_t other = 0; other < 4; ++other) {
        double sine = 0, cosine = 0;
        for (Index t = 0; t < trials.steps; ++t) {
          // The output compared with column t is read at the end of step t.
          const double radians =
              2 * std::acos(-1.0) * frequencies_hz[other] * static_cast<double>(t + 1) * dt_ms / 1000;
          sine += target(0, t) * std::sin(radians) * 2 / static_cast<double>(trials.steps);
          cosine += target(0, t) * std::cos(radians) * 2 / static_cast<double>(trials.steps);
        }
        CHECK(std::abs(sine - (other == frequency ? 0.8 : 0)) < 1e-12);
        CHECK(std::abs(cosine) < 1e-12);
      }
    }
    for (const int count : drawn) CHECK(count > 0);
  }
}

TEST_CASE("sine generation: at half the time step the trials are the same functions of time", "[tasks]") {
  const Settings settings = {{"task.frequencies_hz", "1.5 4"}};
  const auto coarse = draw("sine_generation", 5, settings, 20), fine = draw("sine_generation", 2.5, settings, 20);
  REQUIRE(fine.steps == 2 * coarse.steps);
  CHECK(fine.condition == coarse.condition);
  for (Index b = 0; b < 20; ++b)
    for (Index t = 0; t < fine.steps; ++t) {
      const Index at = fine.column(t, b), from = coarse.column(t / 2, b);
      REQUIRE(fine.inputs.col(at) == coarse.inputs.col(from));
      REQUIRE(fine.mask.col(at) == coarse.mask.col(from));
      if (t % 2 == 1) REQUIRE(fine.targets(0, at) == coarse.targets(0, from));  // steps that end at the same time
    }
}

TEST_CASE("sine generation: both cues tell the frequency, with a pulse at the start", "[tasks]") {
  const Settings common = {{"task.frequencies_hz", "1 2 4 8"}, {"task.cue_ms", "30"}};
  for (const std::string cue : {"constant", "onset"}) {
    auto settings = common;
    settings.emplace_back("task.cue", cue);
    const auto task = make(task_kind("sine_generation"), 10, settings);
    CHECK(task->inputs() == (cue == "constant" ? 2 : 4));
    CHECK(task->outputs() == 1);
    CHECK(task->criterion() == CriterionKind::mean_squared_error);
    const auto trials = task->draw({seed, 0}, 30);
    for (Index b = 0; b < trials.batch; ++b) {
      CAPTURE(cue, seed, b);
      const int frequency = trials.condition[static_cast<std::size_t>(b)];
      Array expected = Array::Zero(task->inputs(), trials.steps);
      expected.row(cue == "constant" ? 0 : frequency).head(3).setOnes();
      if (cue == "constant") expected.row(1).setConstant((frequency + 1) / 4.0);
      CHECK(trial_of(trials, trials.inputs, b) == expected);
      CHECK(trial_of(trials, trials.mask, b).leftCols(10).sum() == 0);  // settling, 100 ms
      CHECK(trial_of(trials, trials.mask, b).sum() == static_cast<double>(trials.steps - 10));
    }
  }
}

TEST_CASE("fast tracking: without a lag the target is the input of the same step, graded throughout", "[tasks]") {
  const auto task = make(task_kind("fast_tracking"), 5, {{"task.channels", "3"}, {"task.amplitude", "0.8"}});
  CHECK(task->criterion() == CriterionKind::mean_squared_error);
  const auto trials = task->draw({seed, 0}, 10);
  CHECK(trials.tolerance == 0.1 * 0.8);
  CHECK(trials.steps == 100);
  CHECK(trials.targets == trials.inputs);
  CHECK((trials.mask.array() == 1).all());
}

TEST_CASE("continuous tasks: bad option values are refused in one line that names the option", "[tasks]") {
  const std::string frequencies = "task.frequencies_hz";
  for (const std::string value : {"", "  ", "0", "-2", "2 -2", "2, 4", "two", "nan", "inf", "1..2", "2 4 100.5"})
    check_rejected("sine_generation", 5, {{frequencies, value}}, frequencies);
  // Sampled every 5 ms, a sine of 100 Hz is zero at every step; one below it is not.
  check_rejected("sine_generation", 5, {{frequencies, "100"}}, frequencies);
  CHECK(error_of(task_kind("sine_generation"), 5, {{frequencies, "100"}}).find("100 Hz") != std::string::npos);
  CHECK(error_of(task_kind("sine_generation"), 5, {{frequencies, "99.9"}}).empty());
  CHECK(error_of(task_kind("sine_generation"), 2.5, {{frequencies, "100"}}).empty());

  check_rejected("sine_generation", 5, {{"task.cue_ms", "1005"}}, "task.cue_ms");
  check_rejected("sine_generation", 5, {{"task.settle_ms", "1000"}}, "task.settle_ms");  // nothing left to grade
  check_rejected("fast_tracking", 5, {{"task.lag_ms", "500"}}, "task.lag_ms");
  check_rejected("fast_tracking", 5, {{"task.correlation_ms", "0"}}, "task.correlation_ms");
  check_rejected("fast_tracking", 5, {{"task.channels", "0"}}, "task.channels");
  for (const std::string task : {"sine_generation", "fast_tracking"}) {
    check_rejected(task, 5, {{"task.amplitude", "0"}}, "task.amplitude");
    for (const std::string value : {"0", "2.4"})  // no step
      check_rejected(task, 5, {{"task.duration_ms", value}}, "task.duration_ms");
  }
  check_rejected("sine_generation", 5, {{"task.cue_ms", "2.4"}}, "task.cue_ms");
}
