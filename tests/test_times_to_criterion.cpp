// How long runs took, and pairs and groups of them that are followed equally long.
#include <cmath>
#include <limits>

#include "analysis/statistics/paired.hpp"
#include "analysis/statistics/rank_tests.hpp"
#include "experiments/report/condition_summary.hpp"
#include "experiments/report/times_to_criterion.hpp"
#include "tests/catch.hpp"
#include "tests/records.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

using Times = std::vector<TimeToCriterion>;

}  // namespace

TEST_CASE("a run that diverged stays at risk, one with a small budget does not") {
  const std::vector<RunRecord> runs{run(1, 10), run(2, 20), run(3, std::nullopt, 15), diverged_run(4, 12)};
  const auto steps = kaplan_meier(times_to_criterion(runs));
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].survival == Approx(3. / 4));
  CHECK(steps[1].survival == Approx(3. / 4 * 1 / 2));
  CHECK(median_time(times_to_criterion(runs)) == 20.0);
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
  CHECK(*summarise({{{}, runs}}).front().seconds_to_criterion == 50);
  runs.push_back(run(5, std::nullopt));
  CHECK_FALSE(summarise({{{}, runs}}).front().seconds_to_criterion);
}

TEST_CASE("paired differences are runs minus reference over common seeds, to the smaller budget") {
  const std::vector<RunRecord> reference{run(1, std::nullopt), run(2, std::nullopt), run(3, 300), run(9, 10)};
  const std::vector<RunRecord> runs{run(8, 10), run(3, 100), run(2, std::nullopt), run(1, 200)};
  const auto difference = paired_difference(runs, reference);
  CHECK(difference.pairs == 3);
  CHECK(difference.share_reached->value == Approx(100. / 3));
  CHECK(paired_test(difference.updates).mean == Approx(-(200. + 0 + 200) / 3));
  CHECK(difference.share_reached->interval->high > 0);
  CHECK(paired_test(difference.updates).p ==
        0.5);  // of 8 assignments of signs 4 lie as far out: the third pair has no sign
  CHECK(paired_difference(reference, runs).share_reached->value == Approx(-100. / 3));

  const auto unequal = paired_difference({run(1, 500, 1000)}, {run(1, std::nullopt, 400)});
  CHECK(unequal.share_reached->value == 0);
  CHECK(unequal.updates == std::vector<double>{0});
  CHECK(paired_difference({run(1, 10)}, {diverged_run(1, 5)}).updates == std::vector<double>{10 - 400});
  CHECK(paired_difference({run(1, 10)}, {run(2, 10)}).pairs == 0);
}
