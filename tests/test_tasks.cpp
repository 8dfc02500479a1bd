// Tasks: shapes and padding, reproducible trials, targets that follow from the inputs, bad option values.
//
// A new task needs an odd case in tests/odd_cases.cpp.
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "tests/catch.hpp"
#include "tests/odd_cases.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

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
