// Conditions compared, within a study and across studies, and how that is written.
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "analysis/statistics/rank_tests.hpp"
#include "experiments/report/comparison_formats.hpp"
#include "experiments/report/pooled.hpp"
#include "experiments/results/condition_choice.hpp"
#include "sim/options/option.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

using Times = std::vector<TimeToCriterion>;

Times all_reached(const std::vector<double>& updates) {
  Times times;
  for (const double each : updates) times.push_back({each, true});
  return times;
}

RunRecord with_options(RunRecord record, const std::map<std::string, std::string>& options) {
  record.options = options;
  return record;
}

/// Two rules by two gains; at gain 2 the second rule is slower, at gain 1 no run reaches.
StudyRecord two_rules() {
  StudyRecord study{"two-rules", {}};
  for (const auto* rule : {"bptt", "e_prop"})
    for (const auto* gain : {"1", "2"}) {
      const bool slow = std::string(rule) == "e_prop", learns = std::string(gain) == "2";
      Condition condition{
          {{"rule.name", rule}, {"network.gain", gain}}, {}, {}, static_cast<long>(study.conditions.size())};
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const auto at = static_cast<long>(seed * 10 + (slow ? 100 : 0));
        condition.runs.push_back(with_options(
            run(seed, learns ? std::optional<long>(at) : std::nullopt),
            {{"rule.name", rule}, {"network.gain", gain}, {"task.name", "flip_flop"}, {"training.updates", "400"}}));
      }
      study.conditions.push_back(condition);
    }
  return study;
}

/// A study without axes: three runs at the times given.
StudyRecord one_condition(const std::map<std::string, std::string>& options, const std::vector<RunRecord>& runs) {
  StudyRecord study{"one", {{{}, {}}}};
  for (const auto& each : runs) study.conditions[0].runs.push_back(with_options(each, options));
  for (const auto& [name, value] : options) study.fixed.push_back(name);
  return study;
}

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const UserError& problem) {
    return problem.what();
  }
  return "nothing was refused";
}

}  // namespace

/// The same with seeds of its own in the second rule: nothing is paired.
StudyRecord two_rules_apart() {
  auto study = two_rules();
  for (const std::size_t i : {2, 3})
    for (auto& run : study.conditions[i].runs) run.seed += 100;
  return study;
}

TEST_CASE("conditions are compared within equal values of what is not compared, over the seeds that they share") {
  const auto study = compare_conditions(two_rules());
  CHECK(study.options == std::vector<std::string>{"rule.name"});
  CHECK(study.count == 2);
  CHECK((!study.comparisons[0] && !study.comparisons[1]));
  REQUIRE((study.comparisons[2] && study.comparisons[3]));
  const auto& silent = *study.comparisons[2];
  CHECK((silent.against == 0 && silent.paired && silent.pairs == 5));
  CHECK_FALSE((silent.p || silent.p_holm));
  CHECK(silent.delta->value == 0);
  const auto& slower = *study.comparisons[3];
  CHECK((slower.against == 1 && slower.delta->value == 1 && slower.updates->value == 100));
  CHECK(*slower.p == 2. / 32);             // all five of one sign
  CHECK(*slower.p_holm == 2 * *slower.p);  // the comparison without a p-value counts

  const auto gains = compare_conditions(two_rules(), {{"network.gain"}});
  CHECK(gains.comparisons[1]->delta->value == -1);
  CHECK(compare_conditions(two_rules(), {{"network.gain", "rule.name"}}).count == 3);
}

TEST_CASE("conditions without a common seed are compared by the log-rank test") {
  const auto study = compare_conditions(two_rules_apart());
  const auto& slower = *study.comparisons[3];
  CHECK((!slower.paired && slower.pairs == 0 && !slower.updates && !slower.share_reached));
  CHECK(*slower.p == Approx(log_rank(all_reached({110, 120, 130, 140, 150}), all_reached({10, 20, 30, 40, 50}))->p));
  CHECK((slower.log_rank && !study.comparisons[2]->p));
  CHECK(comparison_table(study).find(" unpaired ") != std::string::npos);
}

TEST_CASE("arms are compared for each rule by itself, unless rules are asked for") {
  auto study = two_rules();
  for (auto& condition : study.conditions) condition.varied[1].first = "study.arm";  // its values 1 and 2
  const auto by_arm = compare_conditions(study);
  CHECK(by_arm.options == std::vector<std::string>{"study.arm"});
  CHECK((!by_arm.comparisons[0] && by_arm.comparisons[1]->against == 0));
  CHECK((!by_arm.comparisons[2] && by_arm.comparisons[3]->against == 2));
  for (auto& condition : study.conditions) condition.varied.push_back({"tcr.form", "none"});  // an axis of one value
  CHECK(compare_conditions(study).options == std::vector<std::string>{"study.arm"});
  auto rules = two_rules();
  for (auto& condition : rules.conditions) condition.varied.push_back({"study.arm", "none"});
  CHECK(compare_conditions(rules).comparisons[2]->against == 0);
  for (auto& condition : study.conditions) condition.varied.pop_back();
  const auto by_both = compare_conditions(study, {{"study.arm", "rule.name"}});
  CHECK((by_both.comparisons[2]->against == 0 && by_both.comparisons[3]->against == 0));
  CHECK(
      refusal([&] { compare_conditions(study, {{"study.arm", "rule.name"}, "study.arm=2"}); }) ==
      "--against study.arm=2: #1 rule = bptt, 2 and #3 rule = e_prop, 2 have it in one group; give one of them by its "
      "number, or --by fewer options");
}

TEST_CASE("whatever condition is named is what the others are compared with") {
  const auto by_number = compare_conditions(two_rules(), {{}, "#3"});  // e_prop at gain 2, across gains as well
  CHECK(by_number.count == 3);
  CHECK((by_number.comparisons[0]->against == 3 && by_number.comparisons[1]->against == 3));
  CHECK((!by_number.comparisons[3] && by_number.comparisons[1]->updates->value == -100));
  for (const auto* same : {"3", "rule = e_prop, gain = 2", "#3 rule = e_prop, gain = 2"})
    CHECK(compare_conditions(two_rules(), {{}, same}).comparisons[1]->against == 3);
  const auto by_value = compare_conditions(two_rules(), {{}, "e_prop"});  // in each group its own
  CHECK(compare_conditions(two_rules(), {{}, "rule.name=e_prop"}).comparisons[0]->against == 2);
  auto alike = two_rules();  // "none" is a value of two options: the arm's is meant
  for (std::size_t i = 0; i < 4; ++i) {
    alike.conditions[i].varied.insert(alike.conditions[i].varied.begin(), {"tcr.form", i % 2 == 0 ? "none" : "loss"});
    alike.conditions[i].varied[1] = {"study.arm", i < 2 ? "tcr" : "none"};
    alike.conditions[i].varied[2].second = "1";
  }
  CHECK(conditions_named(alike, "--only", "none") == std::vector<std::size_t>{2, 3});
  CHECK(conditions_named(alike, "--only", "tcr.form=none") == std::vector<std::size_t>{0, 2});
  CHECK((by_value.count == 2 && by_value.comparisons[0]->against == 2 && by_value.comparisons[1]->against == 3));
  CHECK(compare_conditions(two_rules(), {{"network.gain"}, "gain=2.0"}).comparisons[0]->against == 1);
}

TEST_CASE("comparisons that cannot be made are refused by name, those without runs wait") {
  CHECK(refusal([] { compare_conditions(two_rules(), {{"network.size"}}); }) ==
        "--by network.size: must be one of: rule.name, network.gain");
  CHECK(refusal([] { compare_conditions(two_rules(), {{}, "tcr"}); }) ==
        "--against tcr: must be a condition's number, as `stillpoint summary` shows it (#0 to #3), or one of: "
        "rule.name=bptt, network.gain=1, network.gain=2, rule.name=e_prop");
  CHECK(refusal([] { compare_conditions(two_rules(), {{"rule.name"}, "#2"}); }).find("--by rule.name: has no effect") ==
        0);
  auto study = two_rules();
  for (auto& condition : study.conditions) condition.varied.push_back({"task.name", "flip_flop"});
  CHECK(refusal([&] { compare_conditions(study, {{"task.name"}}); }) ==
        "--by task.name: tasks are not compared with each other");
  study = two_rules();
  study.conditions[3].runs.clear();
  const auto waiting = compare_conditions(study);
  CHECK((waiting.count == 2 && !waiting.comparisons[3]->p && !waiting.comparisons[3]->delta));
  study.conditions = {two_rules().conditions[3]};
  CHECK(compare_conditions(study).count == 0);
}

TEST_CASE("pairs with an unmatched control are set apart, whichever of the two it is") {
  auto study = two_rules();
  study.conditions[1].runs[0].unmatched = study.conditions[3].runs[1].unmatched = true;
  const auto comparison = *compare_conditions(study).comparisons[3];
  CHECK((comparison.pairs == 3 && comparison.set_apart == 2 && *comparison.p == 2. / 8));
  study.conditions[1].runs[1].reached_at = 390;  // its partner is unmatched: it counts nowhere
  CHECK(compare_conditions(study).comparisons[3]->delta->value == 1);
  for (auto& run : study.conditions[3].runs) run.unmatched = true;
  const auto none = *compare_conditions(study).comparisons[3];
  CHECK((none.pairs == 0 && none.set_apart == 5 && !none.p && !none.delta && !none.updates));
}

TEST_CASE("studies are pooled by what differs between them, each seed once") {
  const std::map<std::string, std::string> a{{"task.name", "x"}, {"rule.name", "bptt"}, {"training.updates", "400"}};
  const std::map<std::string, std::string> b{
      {"task.name", "x"}, {"rule.name", "e_prop"}, {"rule.feedback", "random"}, {"training.updates", "300"}};
  const auto first = one_condition(a, {run(1, 10), run(2, 20)});
  const auto second = one_condition(b, {run(1, 30, 300), run(2, 350, 300)});
  auto both = pooled({first, second}, {"A", "B"});
  REQUIRE(both.conditions.size() == 2);
  CHECK(both.name == "one, one");
  CHECK(both.conditions[1].varied == Varied{{"rule.name", "e_prop"}});
  CHECK(compare_conditions(both).comparisons[1]->budget == 300);
  CHECK((both.conditions[0].tag() == "#1.0" && both.conditions[1].tag() == "#2.0"));

  // The same condition again: seed 1 stays, seed 2 counts with its larger budget, seed 3 is new.
  auto more = one_condition(a, {run(3, 5), run(2, std::nullopt, 1000), run(1, 10)});
  both = pooled({first, more}, {"A", "C"});
  REQUIRE(both.conditions.size() == 1);
  REQUIRE(both.conditions[0].runs.size() == 3);
  CHECK(both.conditions[0].runs[1].updates == 1000);
  CHECK(both.conditions[0].runs[2].seed == 3);
  CHECK(both.name == "one, one (2 runs that are in several count once)");

  // Tuned for itself in each study: no option that varies, and yet not the same condition.
  auto tuned = first, retuned = more;
  for (auto* study : {&tuned, &retuned}) study->tuned_options = {"optimizer.rate"};
  for (auto& each : tuned.conditions[0].runs) set_option(each, "optimizer.rate", "0.003");
  for (auto& each : retuned.conditions[0].runs) set_option(each, "optimizer.rate", "0.01");
  CHECK(refusal([&] { pooled({tuned, retuned}, {"A", "C"}); }) ==
        "optimizer.rate: 0.003 in A, 0.01 in C for the same condition (all runs): compare each directory alone");
  CHECK(refusal([&] { pooled({retuned, tuned}, {"C", "A"}); }) ==
        "optimizer.rate: 0.01 in C, 0.003 in A for the same condition (all runs): compare each directory alone");
  CHECK(pooled({tuned, tuned}, {"A", "A"}).conditions[0].runs.size() == 2);

  // An option that one study fixes and the other leaves at the same default does not vary.
  auto explicit_batch = a, default_batch = a;
  explicit_batch["training.batch"] = default_batch["training.batch"] = "16";
  auto silent = one_condition(default_batch, {run(9, 10)});
  silent.fixed = {"task.name"};
  CHECK(pooled({one_condition(explicit_batch, {run(1, 10)}), silent}, {"A", "B"}).conditions.size() == 1);

  set_option(more.conditions[0].runs[0], "task.name", "y");
  CHECK(refusal([&] { pooled({first, more}, {"results/A", "results/C"}); }) ==
        "task.name: x in results/A, y in results/C: compare studies of the same task");
  more.conditions[0].runs.clear();
  CHECK(refusal([&] { pooled({more}, {"results/C"}); }) == "results/C: no run is finished yet");
}

TEST_CASE("the compared conditions are the same in JSON, CSV and table") {
  auto runs = two_rules();
  for (const auto& [run, cosine] : {std::pair{0, 0.25}, {1, 0.75}}) {
    auto& record = runs.conditions[3].runs[static_cast<std::size_t>(run)];
    set_option(record, "rule.name", "e_prop");
    record.alignment = {{"uoro", 0.1, 2}, {"e_prop", cosine, 1}};
  }
  const auto study = compare_conditions(runs);
  const auto list = nlohmann::json::parse(comparison_json(study));
  REQUIRE(list.size() == 4);
  const auto& last = list[3];
  const auto& comparison = *study.comparisons[3];
  CHECK(last["task"] == "flip_flop");
  CHECK(last["condition"] == nlohmann::json::parse(R"({"rule.name": "e_prop", "network.gain": 2})"));
  CHECK(last["seconds_to_criterion"].get<double>() == Approx(0.004 * 130));
  CHECK(last["cosine"] == 0.5);
  CHECK(last["comparison"]["against"] == nlohmann::json::parse(R"({"number": 1, "label": "rule = bptt, gain = 2"})"));
  CHECK(last["comparison"]["budget"] == 400);
  CHECK((last["comparison"]["log_rank"].is_null() && last["comparison"]["test"] == "paired"));
  CHECK(last["comparison"]["p"].get<double>() == *comparison.p);
  CHECK(last["comparison"]["p_holm"].get<double>() == *comparison.p_holm);
  CHECK(last["comparison"]["comparisons"] == 2);
  CHECK(last["comparison"]["updates"]["value"] == 100);
  CHECK(last["comparison"]["cliffs_delta"] == 1);
  CHECK(last["comparison"]["cliffs_delta_interval"][0].get<double>() == comparison.delta->interval->low);
  CHECK((list[0]["comparison"].is_null() && list[0]["seconds_to_criterion"].is_null()));
  CHECK((list[0]["cosine"].is_null() && list[2]["comparison"]["p"].is_null()));

  std::istringstream lines(comparison_csv(study));
  std::string line;
  std::getline(lines, line);
  CHECK(line.rfind("number,label,rule.name,network.gain,runs,planned,", 0) == 0);
  const auto columns = fields(line);
  int rows = 0;
  for (; std::getline(lines, line); ++rows) CHECK(fields(line) == columns);
  CHECK(rows == 4);
  CHECK(comparison_csv(study).find(",0.52,0.5,\"#1 rule = bptt, gain = 2\",paired,5,0,400,") != std::string::npos);

  const auto table = comparison_table(study);
  CAPTURE(table);
  CHECK(table.rfind("study two-rules, task flip_flop\n", 0) == 0);
  CHECK(
      std::regex_search(table, std::regex("\n#3  e_prop  2 +5/5 \\[57, 100\\] +130 \\[110, 150\\] +4 +0.52 +0.500\n")));
  CHECK(std::regex_search(table, std::regex("\n#3  e_prop  2 +#1 +5 +0 \\[-43, \\+43\\] +- +\\+100 +0.12 "
                                            "+\\+1.00 \\[\\+0.13, \\+1.00\\]\n")));
  CHECK(std::regex_search(table,
                          std::regex("\n#2  e_prop  1 +#0 +5 +0 \\[-43, \\+43\\] +- +0 +- +0 \\[-0.43, \\+0.43\\]\n")));
  CHECK(table.find("the 2 comparisons here") != std::string::npos);
  CHECK_FALSE(std::regex_search(table, std::regex("[^\n]{111}")));

  for (auto& condition : runs.conditions) condition.varied.push_back({"rule.comment", std::string(60, 'x')});
  const auto numbered = comparison_table(compare_conditions(runs));
  CAPTURE(numbered);
  CHECK(numbered.find("\n#2  rule = e_prop, gain = 1, comment = xxx") != std::string::npos);
  CHECK(std::regex_search(numbered, std::regex("\n#3 +5/5 ")));
  for (auto& condition : runs.conditions) condition.varied = {condition.varied[1]};
  runs.conditions.resize(2);
  CHECK(comparison_table(compare_conditions(runs)).find("Nothing is compared") != std::string::npos);
}
