// When runs of a study learned: phases of their own curves, and events beside them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "experiments/report/page/timeline.hpp"
#include "experiments/report/svg.hpp"
#include "experiments/results/result_file.hpp"
#include "experiments/results/trained_run.hpp"
#include "experiments/study/study.hpp"
#include "experiments/study/study_directory.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"
#include "tests/settings.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

namespace fs = std::filesystem;

StudyRecord one_condition(std::initializer_list<std::uint64_t> seeds) {
  StudyRecord study{"s", {}};
  Condition condition{{{"study.arm", "tcr"}}, {}};
  for (const auto seed : seeds) condition.runs.push_back(run(seed, std::nullopt));
  study.conditions.push_back(std::move(condition));
  return study;
}

/// A run of 60 updates whose loss falls at `drop`, by a factor of 20 within three updates.
void write_falling_run(const fs::path& directory, std::uint64_t seed, double drop) {
  const auto options = resolve_options({{"network.size", "5"}, {"training.updates", "60"}, {"training.batch", "1"}});
  const auto task = task_kind(options.text("task.name")).make(options, make_integration(options).dt_ms);
  const auto setting = setting_of(options, seed, trials_of(*task, options));
  auto training = train<double>(setting, make_network(options, task->inputs(), task->outputs(), seed));
  for (Index k = 0; k < 60; ++k) {
    const double done = std::clamp((static_cast<double>(k) - drop) / 3, 0.0, 1.0);
    training.curve.loss[static_cast<std::size_t>(k)] =
        std::pow(20, -done) * (1 + 0.03 * std::sin(7.0 * static_cast<double>(k * k)));
  }
  write_run(run_path(directory.string(), 0, seed), RunResult<double>{options, seed, "s", {}, {}, training});
}

}  // namespace

TEST_CASE("a timeline has the phases of every run's curve, by the onset of their drops") {
  const auto directory = fs::temp_directory_path() / "stillpoint-timeline-test";
  fs::remove_all(directory);
  fs::create_directories(directory / "runs");
  write_falling_run(directory, 1, 40);
  write_falling_run(directory, 2, 20);
  const auto study = one_condition({1, 2});
  ConditionRestructuring measured;
  measured.runs.push_back({2, "", LearningPhases::Verdict::abrupt, IntervalEstimate{20, 20, 20}, {0, 10, 30}, {}, {}});
  measured.runs[0].events = {{0, 1, 1, 1, 0.01, {}}, {1, 2, 2, 2, 0.02, {}}};
  measured.runs[0].lead = IntervalEstimate{10, 10, 10};
  const auto timelines = timelines_of(directory.string(), study, {measured});
  fs::remove_all(directory);

  REQUIRE(timelines.size() == 1);
  REQUIRE(timelines[0].runs.size() == 2);
  CHECK(timelines[0].runs[0].seed == 2);
  CHECK(timelines[0].runs[0].events == std::vector<double>{10, 30});
  CHECK(timelines[0].runs[1].events.empty());
  for (const auto& [run, drop] : {std::pair(timelines[0].runs[0], 20.0), {timelines[0].runs[1], 40.0}}) {
    CHECK(run.verdict == LearningPhases::Verdict::abrupt);
    REQUIRE(run.phases.size() == 3);
    CHECK(run.phases[1].name == "drop");
    CHECK(run.phases[1].from == Approx(drop).margin(2));
    CHECK(run.phases[1].to == Approx(drop + 3).margin(2));
  }

  const auto table = timeline_table(timelines, study);
  REQUIRE(table["rows"].size() == 8);  // three phases each, and two events
  CHECK(table["rows"][3] == Json({0, "tcr", 2, "abrupt", "restructuring", nullptr, 10.0, 10.0}));
  CHECK(table["rows"][4] == Json({0, "tcr", 2, "abrupt", "restructuring", nullptr, 30.0, nullptr}));

  const auto panel = timeline_panel(timelines, study);
  REQUIRE(panel);
  Svg svg(column_width, panel->height, "");
  panel->draw(svg);
  const auto last = timelines[0].runs[0].phases.back().to;
  CHECK(last == 59);
  for (const double event : {10.0, 30.0})  // where they belong between the margins of 10 points
    CHECK(svg.str().find(fmt::format("<circle cx=\"{:.2f}\"", 10 + (column_width - 20) * event / last)) !=
          std::string::npos);
}

TEST_CASE("a study in which nothing was abrupt has no timeline") {
  const auto study = one_condition({1});
  std::vector<ConditionTimeline> timelines{{0, {{1, LearningPhases::Verdict::gradual, {{"descent", 0, 99, 1, 1}}}}}};
  CHECK(!timeline_panel({}, study));
  CHECK(!timeline_panel(timelines, study));
  timelines[0].runs[0].events = {50};
  CHECK(timeline_panel(timelines, study));
}
