// Difficulty presets and the rounding of durations to steps.
#include <algorithm>

#include "experiments/study/study.hpp"
#include "tests/catch.hpp"
#include "tests/task_draws.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

std::string refusal(const Assignments& chosen) {
  try {
    resolve_options(chosen);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every preset sets options of its task to other values than the default, and can be made", "[tasks]") {
  for (const auto& kind : generated_kinds())
    for (const std::string difficulty : {"easy", "hard"}) {
      CAPTURE(kind.name, difficulty);
      const auto settings = preset(kind, difficulty);
      CHECK(!settings.empty());
      for (const auto& [name, value] : settings) {
        const auto option = std::find_if(kind.options.begin(), kind.options.end(),
                                         [&, key = name](const Option& one) { return one.name == key; });
        REQUIRE(option != kind.options.end());
        CHECK_NOTHROW(option->check(value));
        CHECK(value != option->fallback);
      }
      for (const double dt_ms : {0.5, 1.0, 2.0, 5.0, 10.0}) CHECK(error_of(kind, dt_ms, settings).empty());
    }
}

TEST_CASE("a difficulty chooses the preset of the task, and what is given explicitly wins", "[study]") {
  const auto at = [](const Assignments& more) {
    Assignments all = {{"task.name", "evidence_accumulation"}};
    all.insert(all.end(), more.begin(), more.end());
    return resolve_options(all);
  };
  CHECK(at({}).text("task.difficulty") == "paper");
  CHECK(at({}).text("task.slots") == "10");
  const auto easy = at({{"task.difficulty", "easy"}});
  CHECK(easy.text("task.slots") == "5");
  CHECK(easy.text("task.favoured") == "0.9");
  CHECK(easy.text("task.slot_ms") == "30");  // not in the preset
  const auto hard = at({{"task.slots", "10"}, {"task.difficulty", "hard"}});
  CHECK(hard.text("task.slots") == "10");  // given, though it is the default
  CHECK(hard.text("task.favoured") == "0.6");
}

TEST_CASE("a task without presets, and an unknown difficulty, are refused in one line", "[study]") {
  for (const std::string difficulty : {"easy", "hard"}) {
    const auto message = refusal({{"task.name", "file"}, {"task.difficulty", difficulty}});
    CAPTURE(message);
    CHECK(message.rfind("task.difficulty = " + difficulty + ": ", 0) == 0);
    CHECK(message.find('\n') == std::string::npos);
  }
  CHECK(refusal({{"task.name", "file"}, {"task.difficulty", "paper"}}).empty());
  CHECK(refusal({{"task.difficulty", "brutal"}}).rfind("task.difficulty = brutal: must be one of: easy", 0) == 0);
}

TEST_CASE("a study may have the difficulty as an axis, over tasks with presets of their own", "[study]") {
  const auto study = read_study(
      {"", {"grid.task.difficulty=easy hard", "grid.task.name=flip_flop delayed_addition", "network.size=10"}, false});
  REQUIRE(study.points.size() == 4);
  for (const auto& point : study.points) {
    const bool easy = point.options.text("task.difficulty") == "easy";
    if (point.options.text("task.name") == "flip_flop")
      CHECK(point.options.text("task.bits") == (easy ? "1" : "5"));
    else
      CHECK(point.options.text("task.samples") == (easy ? "4" : "30"));
  }
}

TEST_CASE("every option in ms is rounded to steps, but for those that the task names", "[tasks]") {
  for (const auto& kind : generated_kinds())
    for (const auto& option : kind.options) {
      if (option.kind != Option::Kind::number || option.unit != "ms") continue;
      CAPTURE(kind.name, option.name, seed);
      Options defaults;
      defaults.declare(kind.options);
      const double ms = defaults.number(option.name);  // a multiple of 5
      const auto exact = draw(kind.name, 5, {}, 3),
                 nearby = draw(kind.name, 5, {{option.name, std::to_string(ms + 1)}}, 3),
                 longer = draw(kind.name, 5, {{option.name, std::to_string(ms + 5)}}, 3);
      const bool rounded =
          std::find(kind.not_rounded.begin(), kind.not_rounded.end(), option.name) == kind.not_rounded.end();
      CHECK(same_trials(nearby, exact) == rounded);
      CHECK(!same_trials(longer, exact));
    }
}
