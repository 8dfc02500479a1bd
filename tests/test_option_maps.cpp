// Maps of a study over two of its options, and the alignment of its rules with the true gradient.
#include <filesystem>

#include "experiments/report/page/alignment.hpp"
#include "experiments/report/page/option_maps.hpp"
#include "experiments/report/svg.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// Four runs of each condition; with gain = 3 none reaches criterion.
StudyRecord grid(const std::vector<std::string>& arms, const std::vector<std::string>& gains) {
  StudyRecord study{"grid", {}};
  for (const auto& arm : arms)
    for (const auto& gain : gains) {
      Condition condition{{{"study.arm", arm}, {"network.gain", gain}}, {}};
      condition.number = static_cast<long>(study.conditions.size());
      for (std::uint64_t seed = 1; seed <= 4; ++seed)
        condition.runs.push_back(run(seed, gain != "3" && seed < 4 ? std::optional<long>(100) : std::nullopt));
      study.conditions.push_back(std::move(condition));
    }
  return study;
}

std::string drawn(const ResultPanel& result) {
  const auto& panel = result.panel;
  return svg_file({panel.width, panel.height, panel.title, panel.draw});
}

}  // namespace

TEST_CASE("A map has the numbers of a condition in its cell, and says what the budget censors") {
  std::vector<std::string> notes;
  const auto maps = option_maps(compare_conditions(grid({"none", "tcr"}, {"1", "2", "3"})), notes);
  REQUIRE(maps.size() == 2);
  CHECK(notes.empty());
  CHECK_THAT(drawn(maps[0]), Catch::Contains(">3/4<") && Catch::Contains(">0/4<") && Catch::Contains(">tcr<"));
  CHECK_THAT(drawn(maps[1]), Catch::Contains(">100<") && Catch::Contains(">&gt;400<"));
  CHECK(maps[0].panel.title == "How many reach criterion over gain and arm");
  const auto& table = maps[0].table;
  CHECK(table["columns"][1] == "network.gain");
  REQUIRE(table["rows"].size() == 6);
  for (const auto& row : table["rows"]) CHECK(row[5] == (row[1] == "3" ? 0 : 3));
}

TEST_CASE("A study of one option has no map, and one of three a map for each value of the third") {
  std::vector<std::string> notes;
  CHECK(option_maps(compare_conditions(grid({"none"}, {"1", "2"})), notes).empty());
  auto study = grid({"none", "tcr"}, {"1", "2"});
  for (auto& condition : study.conditions) condition.varied.push_back({"task.bits", "1"});
  auto more = study;
  for (auto& condition : more.conditions) {
    condition.varied.back().second = "2";
    condition.number += 4;
    study.conditions.push_back(condition);
  }
  study.conditions.pop_back();  // it could not be run
  const auto maps = option_maps(compare_conditions(study), notes);
  REQUIRE(maps.size() == 2);
  const auto text = drawn(maps[0]);
  CHECK_THAT(text, Catch::Contains(">bits = 1<") && Catch::Contains(">bits = 2<") && Catch::Contains(">–<"));
}

TEST_CASE("Alignment is drawn for each rule of a condition, with its numbers") {
  const auto study = grid({"none"}, {"1", "2"});
  const std::vector<RuleAlignment> curves{{0, "e_prop", 4, {0, 1}, {0.1, 0.2}, {0.3, 0.4}, {0.5, 0.6}},
                                          {0, "uoro", 4, {0, 1}, {-0.1, 0}, {0, 0.1}, {0.1, 0.2}},
                                          {1, "e_prop", 3, {0}, {0.1}, {0.3}, {0.5}}};
  const auto panels = alignment_panels(curves, study);
  REQUIRE(panels.size() == 2);
  CHECK_THAT(drawn(panels[0]), Catch::Contains("e_prop (4 runs)") && Catch::Contains("uoro (4 runs)"));
  CHECK(panels[0].table["rows"].size() == 4);
  CHECK(panels[1].table["rows"][0] == Json::array({1, "none, gain = 2", "e_prop", 3, 0.0, 0.1, 0.3, 0.5}));
}

TEST_CASE("A run whose alignment cannot be read is named") {
  auto study = grid({"none"}, {"1"});
  for (auto& each : study.conditions[0].runs) each.alignment = {{"e_prop", 0.5, 1}};
  std::vector<std::string> notes;
  CHECK(alignment_curves("no such directory", study, notes).empty());
  CHECK(notes.size() == 4);
}
