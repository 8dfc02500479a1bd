// Tasks: shapes and padding, reproducible trials, targets that follow from the inputs, bad option values.
//
// A new task needs an odd case, here or in tests/odd_cases.cpp: odd options and a literal recomputation of its targets
// from its inputs.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "tests/catch.hpp"
#include "tests/odd_cases.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

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
  };
  return cases;
}

const OddCase& odd_case(const std::string& task) {
  static const auto cases = [] {
    auto all = odd_cases();
    const auto& more = more_odd_cases();
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  const auto found = std::find_if(cases.begin(), cases.end(), [&](const OddCase& one) { return one.task == task; });
  INFO("no odd case with an independent recomputation for task " << task);
  REQUIRE(found != cases.end());
  return *found;
}

}  // namespace

TEST_CASE("every task keeps its shapes, grades with 0 or 1 and pads with zeros", "[tasks]") {
  for (const auto& kind : generated_kinds()) {
    const auto& odd = odd_case(kind.name);
    for (const bool at_defaults : {true, false}) {
      CAPTURE(kind.name, at_defaults, seed);
      const auto task = at_defaults ? make(kind, 5) : make(kind, odd_dt_ms, odd.settings);
      const auto trials = task->draw({seed, 0}, 40);
      if (!at_defaults) {
        CHECK(task->inputs() == odd.inputs);
        CHECK(task->outputs() == odd.outputs);
        CHECK(trials.steps == odd.longest);
      }
      REQUIRE(trials.batch == 40);
      REQUIRE(trials.steps >= 1);
      for (const Array* array : {&trials.inputs, &trials.targets, &trials.mask}) {
        REQUIRE(array->rows() == (array == &trials.inputs ? task->inputs() : task->outputs()));
        REQUIRE(array->cols() == trials.steps * trials.batch);
        CHECK(array->allFinite());
      }
      REQUIRE(trials.condition.size() == 40);
      REQUIRE(trials.length.size() == 40);
      CHECK((trials.mask.array() == 0 || trials.mask.array() == 1).all());
      // Accuracy is agreement of sign unless a tolerance is given.
      if (trials.tolerance == 0) CHECK((trials.mask.array() == 0 || trials.targets.array().abs() == 1).all());
      CHECK((task->criterion() == CriterionKind::accuracy || trials.tolerance > 0));
      for (Index b = 0; b < trials.batch; ++b) {
        const Index length = length_of(trials, b);
        REQUIRE(length >= 1);
        REQUIRE(length <= trials.steps);
        CHECK(trial_of(trials, trials.mask, b).sum() > 0);
        for (const Array* array : {&trials.inputs, &trials.targets, &trials.mask})
          CHECK((trial_of(trials, *array, b).rightCols(trials.steps - length).array() == 0).all());
      }
    }
  }
}

TEST_CASE("a trial depends on seed, update and its index alone", "[tasks]") {
  for (const auto& kind : generated_kinds()) {
    CAPTURE(kind.name, seed);
    const auto task = make(kind, odd_dt_ms, odd_case(kind.name).settings);
    const auto many = task->draw({seed, 7}, 23), again = task->draw({seed, 7}, 23), few = task->draw({seed, 7}, 9);
    CHECK(many.inputs == again.inputs);
    CHECK(many.targets == again.targets);
    CHECK(many.mask == again.mask);
    CHECK(many.condition == again.condition);
    CHECK(many.length == again.length);

    REQUIRE(few.steps == many.steps);
    for (Index b = 0; b < few.batch; ++b) {
      CHECK(trial_of(few, few.inputs, b) == trial_of(many, many.inputs, b));
      CHECK(trial_of(few, few.targets, b) == trial_of(many, many.targets, b));
      CHECK(trial_of(few, few.mask, b) == trial_of(many, many.mask, b));
    }
    CHECK(std::equal(few.condition.begin(), few.condition.end(), many.condition.begin()));
    CHECK(std::equal(few.length.begin(), few.length.end(), many.length.begin()));

    CHECK(many.inputs != task->draw({seed + 1, 7}, 23).inputs);
    CHECK(many.inputs != task->draw({seed, 8}, 23).inputs);
    const auto first = trial_of(many, many.inputs, 0);
    int repeats = 0;
    for (Index b = 1; b < many.batch; ++b) repeats += trial_of(many, many.inputs, b) == first;
    CHECK(repeats < many.batch - 1);
  }
}

TEST_CASE("targets and mask follow from the inputs", "[tasks]") {
  for (const auto& kind : generated_kinds()) {
    const auto& odd = odd_case(kind.name);
    const auto trials = draw(kind.name, odd_dt_ms, odd.settings, 200);
    std::set<Index> lengths;
    for (Index b = 0; b < trials.batch; ++b) {
      CAPTURE(kind.name, seed, b);
      const Index length = length_of(trials, b);
      lengths.insert(length);
      CHECK(length >= odd.shortest);
      CHECK(length <= odd.longest);
      const auto expected = odd.recompute(trial_of(trials, trials.inputs, b), length);
      const auto mask = trial_of(trials, trials.mask, b), targets = trial_of(trials, trials.targets, b);
      CHECK(mask == expected.mask);
      // The sum of a value held for three steps and the phase of a sine are rounded; every other target is exact.
      CHECK((mask.array() * (targets - expected.targets).array()).abs().maxCoeff() < 1e-14);
    }
    CHECK((lengths.size() > 1) == (odd.longest > odd.shortest));
  }
}

TEST_CASE("a task's options have valid defaults, units and help", "[tasks]") {
  std::set<std::string> tasks;
  for (const auto& kind : generated_kinds()) {
    CAPTURE(kind.name);
    CHECK(tasks.insert(kind.name).second);
    CHECK(kind.help.size() > 10);
    std::set<std::string> names;
    for (const auto& option : kind.options) {
      CAPTURE(option.name);
      CHECK(names.insert(option.name).second);
      CHECK(option.name.rfind("task.", 0) == 0);
      CHECK_NOTHROW(option.check(option.fallback));
      CHECK(option.help.size() > 10);
      CHECK(option.help.find('\n') == std::string::npos);
      const bool named_ms = option.name.size() > 3 && option.name.compare(option.name.size() - 3, 3, "_ms") == 0;
      CHECK((option.unit == "ms") == named_ms);
      CHECK((option.unit.empty() || std::set<std::string>{"ms", "Hz", "1/s"}.count(option.unit) == 1));
    }
    for (const double dt_ms : {0.5, 1.0, 2.0, 5.0, 10.0}) CHECK(error_of(kind, dt_ms, {}).empty());
  }
  CHECK_THROWS_AS(task_kind("no_such_task"), UserError);
}

TEST_CASE("halving the time step keeps every trial's duration", "[tasks]") {
  for (const auto& kind : generated_kinds()) {
    const auto coarse = make(kind, 5)->draw({seed, 0}, 50), fine = make(kind, 2.5)->draw({seed, 0}, 50);
    for (Index b = 0; b < 50; ++b) {
      CAPTURE(kind.name, seed, b);
      // Default durations are multiples of 5 ms, but for one drawn from a range, rounded once at each step; the
      // interval that is timed passes twice.
      const int times = kind.name == "interval_timing" ? 2 : 1;
      CHECK(std::abs(5.0 * static_cast<double>(length_of(coarse, b)) - 2.5 * static_cast<double>(length_of(fine, b))) <=
            times * (5 + 2.5) / 2);
    }
  }
}

TEST_CASE("with a fixed delay the trials at half the time step are the same functions of time", "[tasks]") {
  for (const std::string name : {"evidence_accumulation", "flip_flop", "delayed_addition", "delayed_cue_discrimination",
                                 "delayed_match_to_sample"}) {
    CAPTURE(name, seed);
    Settings fixed;
    for (const auto& option : task_kind(name).options)
      if (option.kind == Option::Kind::range) fixed.emplace_back(option.name, "150");
    const auto coarse = draw(name, 5, fixed, 20), fine = draw(name, 2.5, fixed, 20);
    REQUIRE(fine.steps == 2 * coarse.steps);
    for (Index b = 0; b < 20; ++b)
      for (Index t = 0; t < fine.steps; ++t) {
        const Index at = fine.column(t, b), from = coarse.column(t / 2, b);
        REQUIRE(fine.inputs.col(at) == coarse.inputs.col(from));
        REQUIRE(fine.targets.col(at) == coarse.targets.col(from));
        REQUIRE(fine.mask.col(at) == coarse.mask.col(from));
      }
  }
}

TEST_CASE("flip-flop: the condition is the memory at the end, bit by bit", "[tasks]") {
  const auto& odd = odd_case("flip_flop");
  const auto trials = draw("flip_flop", odd_dt_ms, odd.settings, 200);
  for (Index b = 0; b < trials.batch; ++b) {
    CAPTURE(seed, b);
    const auto last = trials.targets.col(trials.column(trials.steps - 1, b));
    CHECK(trials.condition[static_cast<std::size_t>(b)] == (last(0) > 0 ? 1 : 0) + (last(1) > 0 ? 2 : 0));
  }
}

TEST_CASE("bad option values are refused in one line that names the option", "[tasks]") {
  for (const auto& kind : generated_kinds())
    for (const auto& option : kind.options) {
      std::vector<std::string> bad;
      if (option.kind != Option::Kind::text) bad = {"", "no such value"};
      if (option.kind == Option::Kind::range) bad.insert(bad.end(), {"300..200", "-1", "-1..5", "1..", "..", "nan"});
      if (option.kind == Option::Kind::integer) bad.insert(bad.end(), {"-1", "2.5", "1e300"});
      if (option.kind == Option::Kind::number) bad.insert(bad.end(), {"inf", "nan", "1..2"});
      if (option.kind == Option::Kind::number && option.unit == "ms") bad.push_back("-1");
      for (const auto& value : bad) check_rejected(kind.name, 1, {{option.name, value}}, option.name);
    }

  check_rejected("evidence_accumulation", 5, {{"task.pulse_ms", "40"}}, "task.pulse_ms");  // longer than its slot
  check_rejected("flip_flop", 5, {{"task.pulse_ms", "140"}}, "task.pulse_ms");
  check_rejected("flip_flop", 5, {{"task.settle_ms", "100"}}, "task.settle_ms");  // nothing left to grade
  check_rejected("flip_flop", 5, {{"task.bits", "0"}}, "task.bits");
  check_rejected("flip_flop", 5, {{"task.pulse_probability", "0"}}, "task.pulse_probability");
  check_rejected("flip_flop", 5, {{"task.amplitude", "0"}}, "task.amplitude");
  check_rejected("delayed_addition", 5, {{"task.samples", "1"}}, "task.samples");
  check_rejected("delayed_cue_discrimination", 5, {{"task.cues", "1"}}, "task.cues");
  // Durations that are zero, or that round to no step.
  const std::vector<std::pair<std::string, std::vector<std::string>>> durations = {
      {"evidence_accumulation", {"slot_ms", "pulse_ms", "response_ms"}},
      {"flip_flop", {"slot_ms", "pulse_ms"}},
      {"delayed_addition", {"sample_ms", "response_ms"}},
      {"delayed_cue_discrimination", {"cue_ms", "response_ms"}}};
  for (const auto& [task, keys] : durations)
    for (const auto& key : keys)
      for (const std::string value : {"0", "2.4"}) check_rejected(task, 5, {{"task." + key, value}}, "task." + key);
}
