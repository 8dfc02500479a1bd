// The summary of a study as JSON, CSV and a table.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "experiments/report/summary.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

TEST_CASE("the JSON summary has the promised keys, numbers as numbers and null for what is unknown") {
  auto study = two_arms();
  study.conditions[0].runs[3].final_accuracy = 0.1;  // diverged: must not enter the mean
  study.conditions[0].runs[2].speed_at_start = not_a_number;
  for (auto& condition : study.conditions) {  // what varies is the same in each
    condition.varied.push_back({"task.delay_ms", "100..300"});
    condition.varied.push_back({"note", "nan"});
  }
  const auto list = nlohmann::json::parse(summary_json(compare_conditions(study)));
  REQUIRE(list.size() == 2);
  const auto& none = list[0];
  CHECK(none["condition"]["study.arm"] == "none");
  CHECK(none["condition"]["network.g"].is_number_float());
  CHECK(none["condition"]["synapse.on"] == false);
  CHECK(none["condition"]["task.delay_ms"] == "100..300");
  CHECK(none["condition"]["note"] == "nan");
  CHECK(none["runs"] == 4);
  CHECK(none["reached"] == 1);
  CHECK(none["diverged"] == 1);
  CHECK(none["reached_interval"][0].get<double>() == Approx(wilson_interval(1, 4).low));
  CHECK(none["median_updates"].is_null());
  CHECK(none["median_updates_interval"] == nlohmann::json::parse("[300, null]"));
  CHECK(none["final_accuracy"] == 0.75);
  CHECK(none["final_loss"] == 0.5);
  CHECK(none["speed"] == nlohmann::json::parse(R"({"start": 6.0, "end": 4.0})"));
  CHECK(none["over_stability_bound"] == 0);
  CHECK(none["seconds_per_update"] == 0.004);
  CHECK(list[1]["median_updates"] == 100);
  CHECK(none["budget"] == 400);

  study.conditions = {{{}, {diverged_run(1, 3)}}, {{}, {}}};
  const auto lost = nlohmann::json::parse(summary_json(compare_conditions(study)));
  for (const auto* key : {"final_accuracy", "final_loss", "median_updates"}) CHECK(lost[0][key].is_null());
  CHECK(lost[0]["speed"]["end"].is_null());
  CHECK(lost[0]["condition"].empty());
  CHECK(lost[1]["runs"] == 0);
  CHECK(nlohmann::json::parse(summary_json({})).empty());

  const auto both = nlohmann::json::parse(summary_json(compare_conditions(two_arms())));
  CHECK(both[0]["comparison"].is_null());
  const auto& comparison = both[1]["comparison"];
  CHECK(comparison["against"] == nlohmann::json::parse(R"({"number": 0, "label": "none, g = 2.5, on = false"})"));
  CHECK((comparison["test"] == "paired" && comparison["pairs"] == 4 && comparison["set_apart"] == 0));
  CHECK(comparison["reached_points"]["value"] == 75);
  CHECK(comparison["updates"]["value"] == (100. + 120 + 90 + 110 - 3 * 400 - 300) / 4);
  CHECK((comparison["updates"]["interval"].is_null() && comparison["p"] == 2. / 16 && comparison["p_holm"] == 2. / 16));
  const auto against = nlohmann::json::parse(summary_json(compare_conditions(two_arms(), {{}, "tcr"})));
  CHECK(against[0]["comparison"]["reached_points"]["value"] == -75);
  CHECK((both[0]["number"] == 0 && both[1]["number"] == 1 && both[1]["label"] == "tcr, g = 2.5, on = false"));
}

TEST_CASE("the CSV summary has as many fields in every row and quotes what needs it") {
  auto study = two_arms();
  CHECK(summary_csv(compare_conditions(study)).rfind("number,label,study.arm,network.g,synapse.on,runs,planned,", 0) ==
        0);
  std::istringstream lines(summary_csv(compare_conditions(study)));
  for (std::string line; std::getline(lines, line);) CHECK(fields(line) == 51);
  CHECK(summary_csv(compare_conditions(study)).find("nan") == std::string::npos);
  study.conditions[0].varied[0].second = "a \"quoted\", value";
  CHECK(summary_csv(compare_conditions(study)).find(",\"a \"\"quoted\"\", value\",2.5,") != std::string::npos);
}

TEST_CASE("the table shows censored medians, divergence and comparisons within 110 columns") {
  auto study = two_arms();
  const auto table = summary_table(compare_conditions(study));
  CAPTURE(table);
  CHECK(table.find(">400 [300, >400]         1") != std::string::npos);
  CHECK(std::regex_search(table, std::regex("\n#1 .*#0 +4 +\\+75 \\[\\+9, \\+95\\] +0.25 +-270 +0.12 ")));
  CHECK(table.find("nan") == std::string::npos);
  CHECK((table.find("UNFINISHED") == std::string::npos && table.find("done") == std::string::npos));
  CHECK_FALSE(std::regex_search(table, std::regex("[^\n]{111}")));

  for (auto& condition : study.conditions) condition.varied.push_back({"task.comment", std::string(60, 'x')});
  const auto wide = summary_table(compare_conditions(study));
  CHECK(wide.find("\n#1  tcr, g = 2.5, on = false, comment = xxx") != std::string::npos);
  CHECK(std::regex_search(wide, std::regex("\n#1 +#0 +4 +\\+75 \\[\\+9")));

  // Pairs are formed within a value of g: at 3 the first arm is the better one.
  study = two_arms();
  for (const auto* arm : {"none", "tcr"})
    study.conditions.push_back(
        {{{"study.arm", arm}, {"network.g", "3"}, {"synapse.on", "false"}}, {run(1, 90)}, {}, *arm == 'n' ? 2 : 3});
  study.conditions[3].runs[0].reached_at.reset();
  const auto at_two_gains = summary_table(compare_conditions(study));
  CAPTURE(at_two_gains);
  CHECK(std::regex_search(at_two_gains, std::regex("\n#3 .*#2 +1 +-100 \\[-100, \\+12\\] +- +\\+310 ")));
  study.conditions.resize(1);
  CHECK(summary_table(compare_conditions(study)).find("against") == std::string::npos);
  study.conditions = {{{}, {run(1, 100)}}};
  CHECK(summary_table(compare_conditions(study)).find("\n#0  all runs ") != std::string::npos);
}

TEST_CASE("what is not done, running, unmatched stands on the row, in JSON and CSV, and above the table") {
  auto study = two_arms();
  for (auto& condition : study.conditions) condition.completion.planned = {1, 2, 3, 4, 5, 6, 7};
  study.conditions[1].runs.pop_back();
  study.conditions[1].runs[0].unmatched = true;
  study.conditions[1].completion.running = {6};
  study.conditions[1].completion.kept = {5, 6};
  const auto table = summary_table(compare_conditions(study));
  CAPTURE(table);
  CHECK(table.find("UNFINISHED: 7 of 14 planned runs are done, 1 running, 6 missing (1 kept on their way)") !=
        std::string::npos);
  CHECK(std::regex_search(table, std::regex("\n#0 .* 4/7 +0 +- +1/4 ")));
  CHECK(std::regex_search(table, std::regex("\n#1 .* 3/7 +1 +1/3 +3/3 ")));
  CHECK(std::regex_search(table, std::regex("\n#1 .*#0 +2 \\(-1\\) ")));
  CHECK(table.find("unmatched: 1 of 3 runs of #1 tcr, g = 2.5, on = false:") != std::string::npos);

  const auto row = nlohmann::json::parse(summary_json(compare_conditions(study)))[1];
  CHECK((row["runs"] == 3 && row["planned"] == 7 && row["running"] == 1 && row["missing"] == 3 && row["kept"] == 1));
  CHECK((row["unmatched"] == 1 && row["planned_at_least"] == false));
  CHECK((row["comparison"]["pairs"] == 2 && row["comparison"]["set_apart"] == 1));
  CHECK(summary_csv(compare_conditions(study)).find(",3,7,false,1,1,3,1,3,0,") != std::string::npos);

  auto& racing = study.conditions[1];  // claimed while the directory was read: one that is done by now, one of no plan
  racing.completion.running = {1, 9};
  CHECK((racing.running() == 1 && racing.planned() == 8 && racing.missing() == 4));
  racing.completion.running = {6};

  for (auto& condition : study.conditions) condition.completion.at_least = true;  // begun by an earlier program
  CHECK(summary_table(compare_conditions(study)).find("7 of at least 14 planned") != std::string::npos);
  study.conditions[0].completion = study.conditions[1].completion = {};
  CHECK(summary_table(compare_conditions(study)).find("UNFINISHED: 7 of 7") == std::string::npos);
}

TEST_CASE("labels shorten option names unless two end alike") {
  StudyRecord study{"",
                    {{{{"study.arm", "tcr"}, {"network.g", "2"}}, {}}, {{{"a.g", "1"}, {"b.g", "2"}}, {}}, {{}, {}}}};
  CHECK(study.conditions[0].label() == "tcr, g = 2");
  CHECK(study.conditions[1].label() == "a.g = 1, b.g = 2");
  CHECK(study.conditions[2].name() == "#0 all runs");
}
