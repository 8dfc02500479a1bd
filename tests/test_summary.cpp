// The summary of a study as JSON, CSV and a table.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "experiments/report/summary.hpp"
#include "experiments/report/times_to_criterion.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

TEST_CASE("the JSON summary has the promised keys, numbers as numbers and null for what is unknown") {
  auto study = two_arms();
  study.conditions[0].runs[3].final_accuracy = 0.1;  // diverged: must not enter the mean
  study.conditions[0].runs[2].speed_at_start = not_a_number;
  study.conditions[0].varied.push_back({"task.delay_ms", "100..300"});
  study.conditions[0].varied.push_back({"note", "nan"});
  const auto list = nlohmann::json::parse(summary_json(study));
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
  const auto lost = nlohmann::json::parse(summary_json(study));
  for (const auto* key : {"final_accuracy", "final_loss", "median_updates"}) CHECK(lost[0][key].is_null());
  CHECK(lost[0]["speed"]["end"].is_null());
  CHECK(lost[0]["condition"].empty());
  CHECK(lost[1]["runs"] == 0);
  CHECK(nlohmann::json::parse(summary_json({})).empty());

  const auto both = nlohmann::json::parse(summary_json(two_arms()));
  const auto difference = paired_difference(two_arms().conditions[1].runs, two_arms().conditions[0].runs);
  CHECK(both[0]["paired"].is_null());
  CHECK(both[1]["paired"]["against"] == "none");
  CHECK(both[1]["paired"]["pairs"] == 4);
  CHECK(both[1]["paired"]["reached_points"]["value"] == 75);
  CHECK(both[1]["paired"]["updates"]["interval"][1].get<double>() == Approx(difference.updates->interval->high));
  CHECK(nlohmann::json::parse(summary_json(two_arms(), "tcr"))[0]["paired"]["reached_points"]["value"] == -75);
}

TEST_CASE("the CSV summary has as many fields in every row and quotes what needs it") {
  auto study = two_arms();
  CHECK(summary_csv(study).rfind("study.arm,network.g,synapse.on,runs,reached,diverged,", 0) == 0);
  std::istringstream lines(summary_csv(study));
  for (std::string line; std::getline(lines, line);) CHECK(std::count(line.begin(), line.end(), ',') == 31);
  CHECK(summary_csv(study).find("nan") == std::string::npos);
  study.conditions[0].varied[0].second = "a \"quoted\", value";
  CHECK(summary_csv(study).find("\n\"a \"\"quoted\"\", value\",2.5,") != std::string::npos);
}

TEST_CASE("the table shows censored medians, divergence and paired differences within 110 columns") {
  auto study = two_arms();
  const auto table = summary_table(study);
  CAPTURE(table);
  CHECK(table.find(">400 [300, >400]         1") != std::string::npos);
  CHECK(table.find("paired differences to none (same seeds)") != std::string::npos);
  CHECK(table.find("+75 [+9, +95]  -270 [-") != std::string::npos);
  CHECK(table.find("nan") == std::string::npos);
  CHECK(table.find("\nnone ") == table.rfind("\nnone "));
  CHECK_FALSE(std::regex_search(table, std::regex("[^\n]{111}")));

  for (auto& condition : study.conditions) condition.varied.push_back({"task.comment", std::string(60, 'x')});
  CHECK(summary_table(study).find("\n#2  tcr, g = 2.5, on = false, comment = xxx") != std::string::npos);
  CHECK(std::regex_search(summary_table(study), std::regex("\n#2 +4 +\\+75 \\[\\+9")));

  // Pairs are formed within a value of g: at 3 the first arm is the better one.
  study = two_arms();
  for (const auto* arm : {"none", "tcr"})
    study.conditions.push_back({{{"study.arm", arm}, {"network.g", "3"}, {"synapse.on", "false"}}, {run(1, 90)}});
  study.conditions[3].runs[0].reached_at.reset();
  CHECK(std::regex_search(summary_table(study), std::regex("\ntcr +3 +false +1 +-100 \\[-100, \\+12\\]")));
  study.conditions.resize(1);
  CHECK(summary_table(study).find("paired") == std::string::npos);
  study.conditions = {{{}, {run(1, 100)}}};
  CHECK(summary_table(study).find("\nall runs ") != std::string::npos);
  CHECK(summary_table(study).find("paired") == std::string::npos);
}

TEST_CASE("labels shorten option names unless two end alike") {
  StudyRecord study{"",
                    {{{{"study.arm", "tcr"}, {"network.g", "2"}}, {}}, {{{"a.g", "1"}, {"b.g", "2"}}, {}}, {{}, {}}}};
  CHECK(condition_labels(study) == std::vector<std::string>{"tcr, g = 2", "a.g = 1, b.g = 2", "all runs"});
}
