// Panels of a page that are drawn from single runs: when they learned, how gradients lay; and maps over two options.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "experiments/report/followed_figure.hpp"
#include "experiments/report/page/alignment.hpp"
#include "experiments/report/page/study_maps.hpp"
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

/// A run of 60 updates whose loss falls at `drop`, by a factor of 20 within three updates; its gradient lies at `cosine`
/// from the second update on.
void write_falling_run(const fs::path& directory, std::uint64_t seed, double drop, double cosine = 1) {
  const auto options = resolve_options({{"network.size", "5"}, {"training.updates", "60"}, {"training.batch", "1"}});
  const auto task = task_kind(options.text("task.name")).make(options, make_integration(options).dt_ms);
  const auto setting = setting_of(options, seed, trials_of(*task, options));
  auto training = train<double>(setting, make_network(options, task->inputs(), task->outputs(), seed));
  for (Index k = 0; k < 60; ++k) {
    const double done = std::clamp((static_cast<double>(k) - drop) / 3, 0.0, 1.0);
    training.curve.loss[static_cast<std::size_t>(k)] =
        std::pow(20, -done) * (1 + 0.03 * std::sin(7.0 * static_cast<double>(k * k)));
  }
  std::vector<double> cosines(60, cosine);
  cosines[0] = not_a_number;
  training.curve.alignment = {{"e_prop", cosines, std::vector<double>(60, 1.0)}};
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
  CHECK(timelines[0].runs[0].phases.back().to == 59);
  Svg on_page(column_width, panel->height, "", Svg::Place::page);
  panel->draw(on_page);
  CHECK(on_page.str().find("<g class=\"series row\" data-condition=\"0\" data-height=\"26\">") != std::string::npos);
  const double last = 400;                 // the budget of both
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

TEST_CASE("alignment of a rule is the median over runs of its means over updates") {
  const auto directory = fs::temp_directory_path() / "stillpoint-alignment-test";
  fs::remove_all(directory);
  fs::create_directories(directory / "runs");
  write_falling_run(directory, 1, 40, 0.2);
  write_falling_run(directory, 2, 40, 0.3);
  write_falling_run(directory, 3, 40, 0.7);
  auto study = one_condition({1, 2, 3, 4});
  for (std::size_t k = 0; k < 3; ++k) study.conditions[0].runs[k].alignment = {{"e_prop", 0.4, 1}};
  std::vector<std::string> notes;
  const auto alignments = alignments_of(directory.string(), study, notes);
  CHECK(notes.empty());
  study.conditions[0].runs.resize(2);
  CHECK(alignments_of(directory.string(), study, notes)[0].curves[0].runs == 2);
  fs::remove_all(directory);

  REQUIRE(alignments.size() == 1);
  CHECK(alignments[0].rule == "e_prop");
  CHECK(alignments[0].bin == 4);  // 400 updates of the budget in 128 bins at most
  const auto& curve = alignments[0].curves.at(0);
  CHECK(curve.runs == 3);
  REQUIRE(curve.cosine.middle.size() == 15);
  for (std::size_t bin = 0; bin < 15; ++bin) {
    CHECK(curve.cosine.low[bin] == Approx(0.25));
    CHECK(curve.cosine.middle[bin] == Approx(0.3));
    CHECK(curve.cosine.high[bin] == Approx(0.5));
  }
  const auto table = alignment_table(alignments, study);
  CHECK(table["rows"].size() == 15);
  CHECK(table["rows"][1][3] == 5.5);
  const auto panels = alignment_panels(alignments, compare_conditions(study));
  REQUIRE(panels.size() == 1);
  CHECK(panels[0].name == "alignment-e_prop");
  CHECK(alignments_of("nowhere", one_condition({1}), notes).empty());
  CHECK(notes.empty());  // no run is said to have any
  CHECK(alignments_of("nowhere", study, notes).empty());
  REQUIRE(notes.size() == 2);
  CHECK(notes[0].find("nowhere") == 0);
}

TEST_CASE("a figure of attractors of which none was found says so") {
  const auto drawn = [](std::vector<std::vector<FollowedPoint>> points) {
    Followed followed{};
    followed.points = std::move(points);
    FollowedFigure figure{"a run", {0, 10}};
    figure.update = {0, 10};
    figure.loss = {1, 0.5};
    return svg_file(followed_figure(std::move(followed), std::move(figure)));
  };
  const std::string words = "no fixed point was found: nothing is followed";
  CHECK(drawn({{}, {}}).find(words) != std::string::npos);
  FollowedPoint point{};
  point.state = Vector<double>::Ones(1);
  CHECK(drawn({{point}, {}}).find(words) == std::string::npos);  // grey: found, and on no track
}

TEST_CASE("a map has every pair of options that vary, its cells what the summary says") {
  StudyRecord study{"s", {}};
  for (const char* arm : {"none", "tcr"})
    for (const char* gain : {"1", "2", "3"})
      for (const char* size : {"50", "100"}) {
        Condition condition{{{"study.arm", arm}, {"network.gain", gain}, {"network.size", size}, {"rule.name", "bptt"}},
                            {}};
        condition.number = static_cast<long>(study.conditions.size());
        const bool learns = std::string(gain) == "1";
        for (std::uint64_t seed = 0; seed < 4; ++seed)
          condition.runs.push_back(run(seed, learns ? std::optional<long>(100) : std::nullopt));
        study.conditions.push_back(std::move(condition));
      }
  study.conditions.pop_back();  // one was not applicable
  study.conditions[1].runs.clear();
  study.conditions[1].completion.planned = {1};
  const auto compared = compare_conditions(study);
  const auto maps = study_maps(compared);
  REQUIRE(maps.size() == 3);
  CHECK(maps[0].axis == "arm × gain");
  CHECK(maps[2].axis == "arm × size");
  Svg svg(column_width, maps[0].height, "");
  maps[0].draw(svg);
  const auto text = svg.str();
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  };
  CHECK(count(">4/4</text>") == 3);  // of gain 1, but for the one without runs
  CHECK(count(">0/4</text>") == 7);
  CHECK(count(">–</text>") == 1);
  CHECK(count(">100</text>") == 3);
  CHECK(count(">&gt;400</text>") == 7);
  CHECK(count(">size = 50</text>") == 1);

  for (auto& condition : study.conditions) condition.varied = {{"study.arm", condition.varied[0].second}};
  CHECK(study_maps(compare_conditions(study)).empty());
}
