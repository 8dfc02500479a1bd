// What learning shows of made-up paths of networks whose statistics are known.
#include <cmath>

#include "analysis/statistics/intervals.hpp"
#include "experiments/predictions/learning.hpp"
#include "sim/random.hpp"
#include "tests/catch.hpp"

using namespace stillpoint;

namespace {

using Verdict = LearningPhases::Verdict;

constexpr double updates_per_day = 25;
constexpr long days = 16;
constexpr Fall fall{200, 212, 190, 240};  // begins on day 8

/// By rates 1 + seed before the fall, 3 during it, 2 after it; in every session a tenth of that, with noise of session
/// and day, but from day `change` on 5 more.
LearningNetwork network_of(std::uint64_t seed, Verdict verdict, long change, double noise) {
  LearningNetwork network{"", "static", seed, updates_per_day};
  auto& path = network.path;
  path.verdict = verdict;
  path.fall = fall;
  for (long day = 0; day <= days; ++day) {
    const double update = static_cast<double>(day) * updates_per_day;
    path.day.push_back(day);
    path.update.push_back(static_cast<long>(update));
    const double rates = update <= fall.before ? 1 + static_cast<double>(seed) : update < fall.after ? 3 : 2;
    std::vector<PredictionValue> values;
    for (std::size_t s = 0; s < learning_statistics().size(); ++s) {
      PredictionValue value{rates, "", {{}}};
      for (std::uint64_t session = 0; session < 4; ++session) {
        Stream stream(seed, Purpose::estimate, static_cast<std::uint64_t>(day), s, session);
        value.sessions.front().push_back(0.1 * rates + (day >= change ? 5 : 0) + noise * stream.normal());
      }
      values.push_back(value);
    }
    path.values.push_back(values);
  }
  return network;
}

LearningStudy study_of(std::vector<LearningNetwork> networks) {
  LearningStudy study;
  study.networks = std::move(networks);
  return study;
}

const LearningRow& row_in(const LearningTable& table, Verdict verdict, bool recorded) {
  return *std::find_if(table.rows.begin(), table.rows.end(),
                       [&](const auto& row) { return row.group.verdict == verdict && row.recorded == recorded; });
}

}  // namespace

TEST_CASE("learning: the last network of each day") {
  CHECK(day_of(0, 25) == 0);
  CHECK(day_of(1, 25) == 1);
  CHECK(day_of(25, 25) == 1);
  CHECK(day_of(26, 25) == 2);
  CHECK(day_of(30, 0.1 * 3 * 100) == 1);  // 30.000000000000004
  CHECK(last_of_days({0, 1, 3, 10, 25, 26, 49, 90, 100}, 25) == std::vector<std::size_t>{0, 4, 6, 8});
  CHECK(last_of_days({0}, 25) == std::vector<std::size_t>{0});
}

TEST_CASE("learning: verdict and fall are those of the curve") {
  LossCurve curve;
  for (long update = 0; update < 400; ++update) {
    Stream stream(5, Purpose::estimate, static_cast<std::uint64_t>(update));
    curve.update.push_back(static_cast<double>(update));
    curve.loss.push_back((update < 200 ? 1 : 0.05) * std::exp(0.1 * stream.normal()));
  }
  LearningPath path;
  judge_curve(curve, path);
  const auto phases = find_learning_phases(curve);
  REQUIRE(path.verdict == Verdict::abrupt);
  REQUIRE(path.fall);
  CHECK(path.fall->onset == 199);
  CHECK(path.fall->middle == phases.drop()->update.value);
  CHECK(path.fall->before == phases.drop()->from.low);
  CHECK(path.fall->after == phases.drop()->to.high);

  // a - t / 100 in log loss: shares of the fall are shares of the time.
  LossCurve decay;
  for (long update = 0; update <= 400; ++update) {
    Stream stream(6, Purpose::estimate, static_cast<std::uint64_t>(update));
    decay.update.push_back(static_cast<double>(update));
    decay.loss.push_back(std::exp(0.01 * stream.normal() - static_cast<double>(update) / 100));
  }
  LearningPath gradual;
  judge_curve(decay, gradual);
  REQUIRE(gradual.verdict == Verdict::gradual);
  REQUIRE(gradual.fall);
  CHECK(gradual.fall->onset == Approx(40).margin(2));
  CHECK(gradual.fall->middle == Approx(200).margin(2));
  CHECK(gradual.fall->before == gradual.fall->onset);
  CHECK(gradual.fall->after == Approx(360).margin(2));

  LearningPath few;
  judge_curve({{0, 1, 2}, {3, 2, 1}}, few);
  CHECK(few.verdict == Verdict::none);
  CHECK_FALSE(few.fall);
}

TEST_CASE("learning: means before, during and after the fall, and changes over networks") {
  // Two networks of seed 1, as of two gains: they are one value of the interval.
  auto unknown = network_of(4, Verdict::abrupt, 3, 0);
  for (long day = 0; day <= 7; ++day) unknown.path.values[static_cast<std::size_t>(day)].front().rates.reset();
  auto no_fall = network_of(9, Verdict::none, 3, 0);
  no_fall.path.fall.reset();
  const auto table = learning_table(study_of(
      {network_of(0, Verdict::abrupt, 3, 0), network_of(1, Verdict::abrupt, 3, 0), network_of(1, Verdict::abrupt, 3, 0),
       network_of(2, Verdict::abrupt, 3, 0), unknown, network_of(5, Verdict::gradual, 3, 0), no_fall}));
  REQUIRE(table.verdicts.size() == 1);
  CHECK(table.verdicts.front().abrupt == 5);
  CHECK(table.verdicts.front().gradual == 1);
  CHECK(table.verdicts.front().none == 1);

  const auto& row = row_in(table, Verdict::abrupt, false);
  CHECK(row.networks == 5);
  CHECK(row.without_both == 1);
  const auto before = student_mean({1, 2, 3});
  REQUIRE((row.before && row.before->interval));
  CHECK(row.before->value == Approx(2));
  CHECK(row.before->interval->low == Approx(before->low));
  CHECK(row.before->interval->high == Approx(before->high));
  CHECK(row.during->value == Approx(3));
  CHECK(row.after->value == Approx(2));
  const auto during = student_mean({2, 1, 0}), after = student_mean({1, 0, -1});
  CHECK(row.during_less_before->value == Approx(during->value));
  CHECK(row.during_less_before->interval->high == Approx(during->high));
  CHECK(row.after_less_before->value == Approx(after->value).margin(1e-12));
  CHECK(row.after_less_before->interval->low == Approx(after->low));

  const auto& recorded = row_in(table, Verdict::gradual, true);
  // Days 0 to 7, the last at update 175, are before the fall; from day 3 on there are 5 more.
  CHECK(recorded.before->value == Approx(0.6 + 5 * 5. / 8));
  CHECK(recorded.during->value == Approx(0.3 + 5));
  CHECK(recorded.after->value == Approx(0.2 + 5));
  CHECK_FALSE(recorded.before->interval);
}

TEST_CASE("learning: the lead of a change of known day, by sessions, and none of what does not change") {
  std::vector<LearningNetwork> networks;
  for (std::uint64_t seed = 0; seed < 6; ++seed)
    networks.push_back(network_of(seed, Verdict::abrupt, 3 + static_cast<long>(seed % 2), 0.5));
  const auto table = learning_table(study_of(networks));
  REQUIRE(table.leads.size() == 3 * learning_statistics().size());
  Index sessions = 1;
  for (const auto& row : table.leads) {
    INFO(row.statistic << " in " << row.sessions_per_day);
    CHECK(row.sessions_per_day == sessions);
    sessions = sessions == 4 ? 1 : 2 * sessions;
    CHECK(row.networks == 6);
    CHECK(row.found == 6);
    REQUIRE(row.lead);
    CHECK(row.lead->value == Approx(4.5));  // day 8 less day 3 or 4
    CHECK(row.lead->interval->low == Approx(student_mean({5, 4, 5, 4, 5, 4})->low));
    REQUIRE(row.by_chance);
    CHECK(row.by_chance->p <= 0.05);
    CHECK(row.by_chance->mean == Approx(-0.5).margin(0.5));  // cuts of 17 days are anywhere: about day 8.5
  }

  // What changes with the fall leads by nothing, and no more than by chance.
  for (auto& network : networks) network = network_of(network.seed, Verdict::abrupt, 8, 0.5);
  for (const auto& row : learning_table(study_of(networks)).leads) {
    CHECK(row.lead->value == Approx(0).margin(1e-12));
    CHECK(row.by_chance->p > 0.05);
    CHECK(row.by_chance->beyond == 0);
  }

  // Days in random order, and noise alone: no change is found in most, whatever the statistic.
  long found = 0, of = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    auto network = network_of(seed, Verdict::abrupt, days + 1, 20);
    if (seed % 2 == 0) {
      network = network_of(seed, Verdict::abrupt, 8, 0.5);
      Stream stream(seed, Purpose::permutation, 5);
      for (auto day = static_cast<Index>(days); day > 0; --day)
        std::swap(network.path.values[static_cast<std::size_t>(day)],
                  network.path.values[static_cast<std::size_t>(stream.below(day + 1))]);
    }
    const auto row = learning_table(study_of({network})).leads.front();
    found += row.found;
    of += row.networks;
    CHECK(row.too_few == 0);
  }
  INFO(found << " of " << of);
  CHECK(of == 40);
  CHECK(found <= 8);  // of 40 at 5 % more than that in 1 of 4000
}

TEST_CASE("learning: days on which a statistic is undefined are no days, and too few are counted") {
  auto network = network_of(1, Verdict::abrupt, 5, 0.1);
  for (std::size_t day = 1; day < network.path.values.size(); ++day)
    if (day % 2 == 1) network.path.values[day].front().sessions.front().clear();
  const auto row = learning_table(study_of({network})).leads.front();
  CHECK(row.found == 1);
  CHECK(row.lead->value == Approx(8 - 6));  // first seen on day 6
  for (std::size_t day = 4; day < 8; ++day) network.path.values[day].front().sessions.front().clear();
  const auto fewer = learning_table(study_of({network})).leads.front();
  CHECK(fewer.too_few == 1);
  CHECK(fewer.found == 0);
  CHECK_FALSE(fewer.lead);
  CHECK_FALSE(fewer.by_chance);
}
