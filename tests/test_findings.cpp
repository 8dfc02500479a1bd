// What a page says a study found: never more than its numbers carry.
#include <cmath>

#include "experiments/report/page/findings.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

TEST_CASE("Where the interval holds 0 the page says that it cannot be told") {
  const auto told = findings(compare_conditions(arms_of(14, 1, 20)));
  REQUIRE(told.size() == 1);
  CHECK(told[0].answer.find("With tcr 14 of 20 runs reached criterion, with none 1 of 20") == 0);
  CHECK(told[0].answer.find("difference of the shares is .65 [") != std::string::npos);
  CHECK(told[0].answer.find("more runs reach criterion with tcr") != std::string::npos);

  const auto open = findings(compare_conditions(arms_of(6, 5, 20)));
  CHECK(open[0].answer.find("cannot be told from these runs") != std::string::npos);
  CHECK(open[0].answer.find("more runs reach") == std::string::npos);
}

TEST_CASE("What all compared conditions share is said once, and comparisons that tell a difference come first") {
  auto record = arms_of(2, 1, 20);
  auto others = arms_of(15, 1, 20);
  for (auto& condition : record.conditions) condition.varied.push_back({"network.gain", "1"});
  for (auto& condition : others.conditions) {
    condition.varied.push_back({"network.gain", "2"});
    condition.number += 2;
    record.conditions.push_back(condition);
  }
  const auto study = compare_conditions(record);
  const auto told = findings(study);
  REQUIRE(told.size() == 2);
  CHECK(told[0].question == "With gain = 2: does tcr learn more often, or faster, than none?");
  CHECK((told[0].told && !told[1].told));
  CHECK(overview(told, study) ==
        "Of 2 comparisons 1 tells a difference, in shares or in speed; of 1 it cannot be told.");
}

TEST_CASE("The smallest difference that pairs tell from none is the least that is told") {
  for (const long pairs : {6L, 20L, 100L}) {
    const auto least = smallest_told_difference(pairs, 1);
    REQUIRE(least);
    const long differing = std::lround(*least * static_cast<double>(pairs));
    const auto told = [&](long reached) {
      return findings(compare_conditions(arms_of(reached, 0, pairs)))[0].answer.find(
                 "cannot be told from these runs") == std::string::npos;
    };
    CHECK(told(differing));
    CHECK_FALSE(told(differing - 1));
  }
  CHECK(smallest_told_difference(20, 3) == 7 / 20.);
  CHECK(fewest_telling_pairs(1) == 6);  // 2 / 2^6 = .031
  CHECK(fewest_telling_pairs(3) == 7);
  CHECK_FALSE(smallest_told_difference(5, 1));
}

TEST_CASE("Where pairs are too few to tell any difference the page says how many could") {
  const auto answer = [](StudyRecord record) { return findings(compare_conditions(std::move(record)))[0].answer; };
  const std::string says = "It takes at least 6 such pairs, all of which differ in one direction, to tell a difference";
  CHECK(answer(arms_of(5, 0, 5)).find(says + " from none; here are 5.") != std::string::npos);
  CHECK(answer(arms_of(1, 0, 1)).find(says + " from none; here is 1.") != std::string::npos);
  CHECK(answer(arms_of(3, 0, 6)).find("It takes") == std::string::npos);
  auto record = arms_of(6, 0, 6);  // of which one is left out
  record.conditions[1].runs[0].unmatched = true;
  CHECK(answer(record).find(says + " from none; here are 5.") != std::string::npos);
  CHECK(answer(record).find("1 pair is left out") != std::string::npos);
  record = arms_of(6, 0, 6);
  for (const char* arm : {"matched_speed", "matched_chaos"}) {
    auto another = record.conditions[1];
    another.varied[0].second = arm;
    another.number = static_cast<long>(record.conditions.size());
    record.conditions.push_back(std::move(another));
  }
  CHECK(
      answer(record).find("It takes at least 7 such pairs, all of which differ in one direction, to tell a difference "
                          "from none among 3 comparisons, whatever the others say; here are 6.") != std::string::npos);
}

TEST_CASE("Shares are written without a zero in front") {
  CHECK(share_text(0.65) == ".65");
  CHECK(share_text(-0.05) == "-.05");
  CHECK(share_text(1) == "1.00");
  CHECK(share_text(-0.001) == ".00");
}

TEST_CASE("Of conditions that share no seed the page says which is faster, and by how much") {
  auto record = arms_of(12, 12, 12);
  for (auto& each : record.conditions[1].runs) {
    each.seed += 100;
    each.reached_at = *each.reached_at / 4;
  }
  CHECK(findings(compare_conditions(record))[0].answer.find("tcr is faster (Cliff's delta of tcr -1.00 [") !=
        std::string::npos);
  for (auto& each : record.conditions[1].runs) each.reached_at = *each.reached_at * 12;
  CHECK(findings(compare_conditions(record))[0].answer.find("none is faster (Cliff's delta of tcr 1.00 [") !=
        std::string::npos);
}
