#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "analysis/statistics/survival.hpp"
#include "experiments/report/comparison_formats.hpp"
#include "sim/options/option.hpp"
#include "sim/random.hpp"
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

Times six_mp() {
  auto times = all_reached({22, 6, 6, 6, 7, 23, 10, 13, 16});
  for (const double t : {35., 6., 9., 10., 11., 17., 19., 20., 25., 32., 32., 34.}) times.push_back({t, false});
  return times;
}
Times placebo() { return all_reached({1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23}); }

/// Times with many ties, some censored at the budget 10, some diverged.
Times random_times(Stream& stream, long size) {
  Times times;
  for (long i = 0; i < size; ++i) {
    const auto updates = static_cast<double>(stream.below(14));
    if (updates < 10)
      times.push_back({updates, true});
    else
      times.push_back({updates == 13 ? std::numeric_limits<double>::infinity() : 10, false});
  }
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
      Condition condition{{{"rule.name", rule}, {"network.gain", gain}}, {}};
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

TEST_CASE("the log-rank test of the remission times of Freireich et al. 1963") {
  // Blood 21:699, 6-MP against placebo: 9 relapses observed, 19.25 expected, variance 6.257 in many textbooks.
  const auto test = log_rank(six_mp(), placebo());
  REQUIRE(test);
  CHECK(test->statistic == Approx(16.793).margin(5e-4));
  CHECK(test->p == Approx(4.17e-5).margin(5e-8));
  CHECK(test->p == Approx(std::erfc(std::sqrt(test->statistic / 2))).epsilon(1e-10));
}

TEST_CASE("the log-rank test by hand, with ties and with a run that diverged") {
  // At 1 one of the first three and one of the second two reach: d = 2, n = 5, n1 = 3, expected 6/5, variance
  // 2 * 3/5 * 2/5 * 3/4 = 9/25; at 2 one of the second: n = 3, n1 = 2, expected 2/3, variance 2/9.
  const double infinity = std::numeric_limits<double>::infinity();
  const Times first{{1, true}, {2, false}, {infinity, false}}, second{{1, true}, {2, true}};
  CHECK(log_rank(first, second)->statistic == Approx(std::pow(1 - 6. / 5 - 2. / 3, 2) / (9. / 25 + 2. / 9)));

  CHECK_FALSE(log_rank({{9, false}, {9, false}}, {{9, false}}));  // no run reached
  CHECK_FALSE(log_rank({{1, false}}, {{2, true}, {3, true}}));    // nobody left to compare with
  CHECK_FALSE(log_rank({}, {{2, true}}));
  CHECK(log_rank({{1, true}, {2, true}}, {{1, true}, {2, true}})->p == 1);
}

TEST_CASE("the log-rank test knows neither the order of groups or runs nor the unit of time") {
  Stream stream(11, Purpose::perturbation);
  for (int repetition = 0; repetition < 50; ++repetition) {
    auto first = random_times(stream, 2 + repetition % 7), second = random_times(stream, 2 + repetition % 5);
    const auto test = log_rank(first, second);
    if (!test) continue;
    CAPTURE(repetition);
    CHECK(log_rank(second, first)->statistic == Approx(test->statistic).margin(1e-12));
    std::reverse(first.begin(), first.end());
    for (auto* times : {&first, &second})
      for (auto& time : *times) time.updates = std::exp(time.updates);
    CHECK(log_rank(first, second)->statistic == Approx(test->statistic).margin(1e-12));
  }
}

TEST_CASE("the log-rank test rejects as often as it says when both groups are alike") {
  // 5 % of 2000 pairs of 20 exponential times, a quarter censored: standard error .5 %.
  Stream stream(5, Purpose::perturbation);
  const auto draw = [&] {
    Times times;
    for (int i = 0; i < 20; ++i) {
      const double time = -std::log(1 - stream.uniform());
      times.push_back({std::min(time, 1.4), time < 1.4});
    }
    return times;
  };
  int rejected = 0;
  for (int repetition = 0; repetition < 2000; ++repetition)
    if (log_rank(draw(), draw())->p <= 0.05) ++rejected;
  CHECK(rejected > 0.035 * 2000);
  CHECK(rejected < 0.07 * 2000);
}

TEST_CASE("Holm's correction by hand, in any order") {
  // Sorted: .005 x 4, .01 x 3, .03 x 2, .04 x 1, the last not below the one before.
  const std::vector<double> p{0.01, 0.04, 0.03, 0.005}, expected{0.03, 0.06, 0.06, 0.02};
  const auto adjusted = holm(p);
  REQUIRE(adjusted.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(adjusted[i] == Approx(expected[i]));
  CHECK(holm({0.4, 0.5, 1}) == std::vector<double>{1, 1, 1});
  CHECK(holm({0.2}) == std::vector<double>{0.2});
  CHECK(holm({}).empty());
  CHECK_THROWS_AS(holm({0.5, 1.5}), std::invalid_argument);
  CHECK_THROWS_AS(holm({not_a_number}), std::invalid_argument);
}

TEST_CASE("Cliff's delta is the brute-force difference of shares, whatever was censored when") {
  Stream stream(3, Purpose::perturbation);
  for (int repetition = 0; repetition < 100; ++repetition) {
    auto first = random_times(stream, 2 + repetition % 6);
    const auto second = random_times(stream, 2 + repetition % 4);
    const auto end = [](const TimeToCriterion& time) { return time.reached ? time.updates : 1e9; };
    double later = 0, sooner = 0;
    for (const auto& a : first)
      for (const auto& b : second) {
        later += end(a) > end(b) ? 1 : 0;
        sooner += end(a) < end(b) ? 1 : 0;
      }
    const auto delta = cliffs_delta(first, second), swapped = cliffs_delta(second, first);
    CAPTURE(repetition);
    CHECK(delta.value == Approx((later - sooner) / static_cast<double>(first.size() * second.size())).margin(1e-12));
    CHECK(swapped.value == -delta.value);
    REQUIRE((delta.interval && swapped.interval));
    CHECK(swapped.interval->low == Approx(-delta.interval->high).margin(1e-12));
    CHECK(delta.interval->low <= delta.value);
    CHECK(delta.interval->high >= delta.value);
    std::reverse(first.begin(), first.end());
    CHECK(cliffs_delta(first, second).interval->low == Approx(delta.interval->low).margin(1e-12));
  }
  CHECK_FALSE(cliffs_delta({{1, true}}, {{2, true}, {3, true}}).interval);
  CHECK_THROWS_AS(cliffs_delta({}, {{2, true}}), std::invalid_argument);
}

TEST_CASE("the interval of Cliff's delta equals a published one, and has a width when all pairs are alike") {
  // Zaiontz, real-statistics.com, "Cliff's Delta": -.40152, standard error .225, interval -.730 to .0778.
  const auto control = all_reached({11, 15, 9, 4, 34, 17, 18, 14, 12, 13, 26, 31});
  const auto drug = all_reached({34, 31, 35, 29, 28, 12, 18, 30, 14, 22, 10});
  const auto delta = cliffs_delta(control, drug);
  CHECK(delta.value == Approx(-0.40152).margin(5e-6));
  CHECK(delta.interval->low == Approx(-0.730).margin(5e-4));
  CHECK(delta.interval->high == Approx(0.0778).margin(5e-5));

  // (n - z^2) / (n + z^2) of Feng & Cliff 2004, n the smaller group: here 3.
  const double z2 = 1.959964 * 1.959964;
  const auto apart = cliffs_delta(all_reached({1, 2, 3}), all_reached({4, 5, 6, 7}));
  CHECK((apart.value == -1 && apart.interval->low == -1));
  CHECK(apart.interval->high == Approx(-(3 - z2) / (3 + z2)).epsilon(1e-6));
  const auto tied = cliffs_delta(Times(20, {400, false}), Times(20, {400, false}));
  CHECK(tied.value == 0);
  CHECK(tied.interval->high == Approx(z2 / (20 + z2)).epsilon(1e-6));
  CHECK(tied.interval->low == -tied.interval->high);
}

TEST_CASE("the interval of Cliff's delta covers the truth about as often as it says") {
  // Exponential times of mean 100 and 400, censored at 400: delta = -.6 (1 - exp(-5)). Expected: 92 %; 1000 repetitions
  // have a standard error of .9 %.
  const double truth = -0.6 * (1 - std::exp(-5));
  Stream stream(9, Purpose::perturbation);
  const auto draw = [&](double mean) {
    Times times;
    for (int i = 0; i < 10; ++i) {
      const double time = -mean * std::log(1 - stream.uniform());
      times.push_back({std::min(time, 400.0), time < 400});
    }
    return times;
  };
  int covered = 0;
  for (int repetition = 0; repetition < 1000; ++repetition) {
    const auto faster = draw(100), slower = draw(400);
    const auto interval = *cliffs_delta(faster, slower).interval;
    if (interval.low <= truth && truth <= interval.high) ++covered;
  }
  CHECK(covered > 0.89 * 1000);
  CHECK(covered < 0.96 * 1000);
}

TEST_CASE("two groups are followed to the smallest budget of any run") {
  const std::vector<RunRecord> longer{run(1, 30, 1000), run(2, 500, 1000), run(3, std::nullopt, 1000)};
  const std::vector<RunRecord> shorter{run(1, 400, 400), diverged_run(2, 20)};
  const auto followed = to_common_budget(longer, shorter);
  CHECK(followed.budget == 400);
  const Times& first = followed.first;
  CHECK((first[0].reached && first[0].updates == 30));
  CHECK((!first[1].reached && first[1].updates == 400));
  CHECK((!first[2].reached && first[2].updates == 400));
  CHECK((followed.second[0].reached && followed.second[0].updates == 400));
  CHECK((!followed.second[1].reached && std::isinf(followed.second[1].updates)));
  // Pairs: 30 is sooner than both, what was not reached within 400 later than 400 and tied with the other: 2 - 2 of 6.
  CHECK(cliffs_delta(followed.first, followed.second).value == 0);
}

TEST_CASE("wall seconds to criterion are a median over all runs, those that did not reach being the longest") {
  std::vector<RunRecord> runs{run(1, 10), run(2, 20), run(3, std::nullopt, 5), diverged_run(4, 30)};
  runs[0].seconds_per_update = 5;  // 50 s; the second .08 s
  CHECK(*summarise(runs).seconds_to_criterion == 50);
  runs.push_back(run(5, std::nullopt));
  CHECK_FALSE(summarise(runs).seconds_to_criterion);
}

TEST_CASE("conditions are compared within equal values of what is not compared") {
  const auto study = compare_conditions(two_rules());
  CHECK(study.options == std::vector<std::string>{"rule.name"});
  CHECK(study.comparisons == 2);
  REQUIRE(study.groups.size() == 2);
  for (const auto& group : study.groups) {
    CHECK(group.task == "flip_flop");
    REQUIRE(group.conditions.size() == 2);
    CHECK_FALSE(group.conditions[0].comparison);
    REQUIRE(group.conditions[1].comparison);
    CHECK(group.conditions[1].varied[1] == group.shared[0]);
  }
  const auto& silent = *study.groups[0].conditions[1].comparison;
  CHECK_FALSE((silent.test || silent.p_holm));
  CHECK(silent.delta.value == 0);
  const auto& slower = *study.groups[1].conditions[1].comparison;
  CHECK(slower.delta.value == 1);
  CHECK(slower.test->p ==
        Approx(log_rank(all_reached({110, 120, 130, 140, 150}), all_reached({10, 20, 30, 40, 50}))->p));
  CHECK(*slower.p_holm == Approx(2 * slower.test->p));  // the comparison without a p-value counts

  const auto gains = compare_conditions(two_rules(), {"network.gain"});
  CHECK(gains.groups[0].conditions[1].comparison->delta.value == -1);
  const auto both = compare_conditions(two_rules(), {"network.gain", "rule.name"});
  CHECK((both.groups.size() == 1 && both.comparisons == 3));
}

TEST_CASE("comparisons that cannot be made are refused by name") {
  CHECK(refusal([] { compare_conditions(two_rules(), {"network.size"}); }) ==
        "--by network.size: must be one of: rule.name, network.gain");
  auto study = two_rules();
  for (auto& condition : study.conditions) condition.varied.push_back({"task.name", "flip_flop"});
  CHECK(refusal([&] { compare_conditions(study, {"task.name"}); }) ==
        "--by task.name: tasks are not compared with each other");
  study = two_rules();
  study.conditions[3].runs.resize(1);
  CHECK(refusal([&] { compare_conditions(study); }) ==
        "a p-value needs at least two seeds: condition rule = e_prop, gain = 2 has 1");
  study.conditions[3].runs.clear();
  CHECK(refusal([&] { compare_conditions(study); }).find("rule = e_prop, gain = 2 has 0") != std::string::npos);
  study = two_rules();
  study.conditions = {study.conditions[3]};  // nothing to compare it with: one run will do
  study.conditions[0].runs.resize(1);
  CHECK(compare_conditions(study).comparisons == 0);
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
  CHECK(compare_conditions(both).groups[0].conditions[1].comparison->budget == 300);

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
  for (auto& each : tuned.conditions[0].runs) each.options["optimizer.rate"] = "0.003";
  for (auto& each : retuned.conditions[0].runs) each.options["optimizer.rate"] = "0.01";
  CHECK(refusal([&] {
          pooled({tuned, retuned}, {"A", "C"});
        }) == "optimizer.rate: 0.003 in A, 0.01 in C for the same condition (all runs): compare each directory alone");
  CHECK(refusal([&] {
          pooled({retuned, tuned}, {"C", "A"});
        }) == "optimizer.rate: 0.01 in C, 0.003 in A for the same condition (all runs): compare each directory alone");
  CHECK(pooled({tuned, tuned}, {"A", "A"}).conditions[0].runs.size() == 2);

  // An option that one study fixes and the other leaves at the same default does not vary.
  auto explicit_batch = a, default_batch = a;
  explicit_batch["training.batch"] = default_batch["training.batch"] = "16";
  auto silent = one_condition(default_batch, {run(9, 10)});
  silent.fixed = {"task.name"};
  CHECK(pooled({one_condition(explicit_batch, {run(1, 10)}), silent}, {"A", "B"}).conditions.size() == 1);

  more.conditions[0].runs[0].options["task.name"] = "y";
  CHECK(refusal([&] {
          pooled({first, more}, {"results/A", "results/C"});
        }) == "task.name: x in results/A, y in results/C: compare studies of the same task");
  more.conditions[0].runs.clear();
  CHECK(refusal([&] { pooled({more}, {"results/C"}); }) == "results/C: no run is finished yet");
}

TEST_CASE("the compared conditions are the same in JSON, CSV and table") {
  auto runs = two_rules();
  for (const auto& [run, cosine] : {std::pair{0, 0.25}, {1, 0.75}}) {
    auto& record = runs.conditions[3].runs[static_cast<std::size_t>(run)];
    record.options["rule.name"] = "e_prop";
    record.alignment = {{"uoro", 0.1, 2}, {"e_prop", cosine, 1}};
  }
  const auto study = compare_conditions(runs);
  const auto list = nlohmann::json::parse(comparison_json(study));
  REQUIRE(list.size() == 4);
  const auto& last = list[3];
  const auto& comparison = *study.groups[1].conditions[1].comparison;
  CHECK(last["task"] == "flip_flop");
  CHECK(last["condition"] == nlohmann::json::parse(R"({"rule.name": "e_prop", "network.gain": 2})"));
  CHECK(last["seconds_to_criterion"].get<double>() == Approx(0.004 * 130));
  CHECK(last["cosine"] == 0.5);
  CHECK(last["comparison"]["against"] == nlohmann::json::parse(R"({"rule.name": "bptt"})"));
  CHECK(last["comparison"]["budget"] == 400);
  CHECK(last["comparison"]["log_rank"].get<double>() == comparison.test->statistic);
  CHECK(last["comparison"]["p"].get<double>() == comparison.test->p);
  CHECK(last["comparison"]["p_holm"].get<double>() == *comparison.p_holm);
  CHECK(last["comparison"]["comparisons"] == 2);
  CHECK(last["comparison"]["cliffs_delta"] == 1);
  CHECK(last["comparison"]["cliffs_delta_interval"][0].get<double>() == comparison.delta.interval->low);
  CHECK((list[0]["comparison"].is_null() && list[0]["seconds_to_criterion"].is_null()));
  CHECK((list[0]["cosine"].is_null() && list[1]["comparison"]["p"].is_null()));

  std::istringstream lines(comparison_csv(study));
  std::string line;
  std::getline(lines, line);
  CHECK(line.rfind("task,rule.name,network.gain,unit,runs,reached,", 0) == 0);
  int rows = 0;
  for (; std::getline(lines, line); ++rows) CHECK(std::count(line.begin(), line.end(), ',') == 25);
  CHECK(rows == 4);
  CHECK(comparison_csv(study).find(",0.52,0.5,rule = bptt,400,") != std::string::npos);

  const auto table = comparison_table(study);
  CAPTURE(table);
  CHECK(table.rfind("study two-rules, task flip_flop\n", 0) == 0);
  CHECK(table.find("\ngain = 2: compared with rule = bptt\nbptt ") != std::string::npos);
  CHECK(std::regex_search(table, std::regex("\ne_prop +5/5 \\[57, 100\\] +130 \\[110, 150\\] +0.0037 +\\+1.00 "
                                            "\\[\\+0.13, \\+1.00\\] +4 +0.52 +0.500\n")));
  CHECK(std::regex_search(table, std::regex("\ne_prop +0/5 .+ +- +0 \\[-0.43, \\+0.43\\] +4 +>1.6 +-\n")));
  CHECK(table.find("over the 2 comparisons") != std::string::npos);
  CHECK_FALSE(std::regex_search(table, std::regex("[^\n]{111}")));

  for (auto& condition : runs.conditions) condition.varied.push_back({"rule.comment", std::string(60, 'x')});
  const auto numbered = comparison_table(compare_conditions(runs));
  CAPTURE(numbered);
  CHECK(numbered.find("\n#3  rule = bptt, gain = 2, comment = xxx") != std::string::npos);
  CHECK(numbered.find("\ngain = 2: compared with #3\n#3 ") != std::string::npos);
  for (auto& condition : runs.conditions) condition.varied = {condition.varied[1]};
  runs.conditions.resize(2);
  CHECK(comparison_table(compare_conditions(runs)).find("Nothing is compared") != std::string::npos);
}
