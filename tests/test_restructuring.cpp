// Events of a descriptor path: the test's law, known jumps, the stated rate by simulation; lead times and their nulls.
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "analysis/restructuring.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr std::uint64_t seed = 2026;  // printed by every simulation
constexpr Index d = 4, T = 30;

/// A random walk whose descriptors have their own scales and share a part of every step.
Matrix<double> walk(Stream& stream, Index checkpoints = T) {
  Matrix<double> path = Matrix<double>::Zero(d, checkpoints);
  for (Index t = 1; t < checkpoints; ++t) {
    const double shared = stream.normal();
    for (Index k = 0; k < d; ++k)
      path(k, t) = path(k, t - 1) + std::pow(10., static_cast<double>(k) - 2) * (0.6 * shared + 0.8 * stream.normal());
  }
  return path;
}

}  // namespace

TEST_CASE("with one descriptor the test of an increment is Student's t of a new observation") {
  Matrix<double> control(1, 8), path(1, 2);
  control << 0, 1, 1.5, 3.5, 3, 4, 6, 6.5;
  path << 0, 9;
  const Vector<double> steps = (control.rightCols(7) - control.leftCols(7)).transpose();
  const double mean = steps.mean(), s = std::sqrt((steps.array() - mean).square().sum() / 6);
  const boost::math::students_t law(6);
  const double p = 2 * boost::math::cdf(boost::math::complement(law, (9 - mean) / (s * std::sqrt(1 + 1. / 7))));
  const auto events = find_restructuring(path, {control});
  REQUIRE(events.size() == 1);
  CHECK(events[0].p == Approx(p).epsilon(1e-9));
  CHECK(events[0].at == 1);
  CHECK(events[0].low == 0);
}

TEST_CASE("a jump of a descriptor path is dated to a checkpoint and names what carried it") {
  long close = 0, named = 0;
  for (long run = 0; run < 100; ++run) {
    Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 1);
    const std::vector<Matrix<double>> control = {walk(stream), walk(stream), walk(stream)};
    auto path = walk(stream);
    const Index jump = 3 + stream.below(T - 5), carrier = stream.below(d);
    path.row(carrier).tail(T - jump).array() += 8 * std::pow(10., static_cast<double>(carrier) - 2);
    for (const auto& event : find_restructuring(path, control))
      if (std::abs(static_cast<double>(event.at - jump)) <= 1) {
        ++close;
        named += event.carried_by.front() == carrier;
        break;
      }
  }
  WARN("seed " << seed << ": dated within one checkpoint in " << close << " of 100, carrier named in " << named);
  CHECK(close >= 95);
  CHECK(named >= 95);
}

TEST_CASE("a path like its control has events no more often than stated") {
  constexpr long runs = 1000;
  long with_event = 0;
  for (long run = 0; run < runs; ++run) {
    Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 2);
    const std::vector<Matrix<double>> control = {walk(stream)};
    with_event += !find_restructuring(walk(stream), control).empty();
  }
  WARN("seed " << seed << ": events in " << with_event << " of " << runs << " paths without one");
  CHECK(not_above(with_event, runs, 0.05));
}

TEST_CASE("neighbouring increments are one event, and leads count from the last before the drop") {
  Stream stream(seed, Purpose::trial, 0, 3);
  const std::vector<Matrix<double>> control = {walk(stream, 200)};
  Matrix<double> path = Matrix<double>::Zero(d, T);
  path.row(1).tail(T - 5).array() += 5;
  path.row(1).tail(T - 14).array() += 3;
  path.row(1).tail(T - 15).array() += 6;
  path.row(1).tail(T - 25).array() -= 5;
  const auto events = find_restructuring(path, control);
  REQUIRE(events.size() == 3);
  CHECK(events[1].low == 13);
  CHECK(events[1].high == 15);
  CHECK(events[1].at == 15);
  CHECK(events[2].carried_by == std::vector<Index>{1});
  std::vector<double> update;
  for (Index t = 0; t < T; ++t) update.push_back(10. * static_cast<double>(t));
  const auto lead = lead_time(events, update, {180, 175, 190});
  REQUIRE(lead);
  CHECK(lead->value == 30);
  CHECK(lead->low == 25);
  CHECK(lead->high == 60);
  CHECK_FALSE(lead_time(events, update, {40, 30, 45}));
  CHECK(lead_time(events, update, {250, 250, 250})->value == 0);
}

TEST_CASE("lead times: both nulls hold where events ignore the drop, and are rejected where they precede it") {
  constexpr long studies = 300;
  long permuted = 0, shifted = 0;
  for (long study = 0; study <= studies; ++study) {
    Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(study), 4);
    std::vector<EventTimes> runs;
    for (int run = 0; run < 8; ++run) {
      const double drop = stream.uniform(300, 900);
      std::vector<double> events;
      for (int i = 0; i < 3; ++i) events.push_back(stream.uniform(0, 1000));
      if (study == studies) events.push_back(drop - stream.uniform(10, 20));
      runs.push_back({events, 0, 1000, drop});
    }
    const auto by_drop = permute_drops(runs, 1, 199), by_shift = shift_events(runs, 1, 199);
    if (study < studies) {
      permuted += by_drop.p <= 0.05;
      shifted += by_shift.p <= 0.05;
      continue;
    }
    CHECK(by_drop.p < 0.02);
    CHECK(by_shift.p < 0.02);
    CHECK(by_drop.with_event == 8);
    CHECK(by_drop.median <= 20);
  }
  WARN("seed " << seed << ": rejected by permuting " << permuted << ", by shifting " << shifted << " of " << studies);
  CHECK(not_above(permuted, studies, 0.05));
  CHECK(not_above(shifted, studies, 0.05));
  // No run has an event: nothing to be close.
  const auto none = permute_drops({{{}, 0, 100, 50}, {{80}, 0, 100, 60}}, 1, 99);
  CHECK(std::isinf(none.median));
  CHECK(none.p == 1);
  CHECK(none.with_event == 0);
}

TEST_CASE("restructuring refuses paths and controls it cannot compare") {
  Stream stream(seed, Purpose::trial, 0, 5);
  const auto path = walk(stream), control = walk(stream);
  CHECK_THROWS_WITH(find_restructuring(path, {}), Catch::Contains("control = 0 increments"));
  CHECK_THROWS_WITH(find_restructuring(path, {control.topRows(2)}), Catch::Contains("control = 2 x 30"));
  CHECK_THROWS_WITH(find_restructuring(path, {Matrix<double>(0 * control)}),
                    Catch::Contains("descriptor 0: must not be constant"));
  Matrix<double> dependent = control;
  dependent.row(2) = control.row(0) + control.row(1);
  CHECK_THROWS_WITH(find_restructuring(path, {dependent}), Catch::Contains("dependent"));
  CHECK_THROWS_WITH(find_restructuring(path, {control}, 1), Catch::Contains("false_positive_rate = 1"));
  CHECK_THROWS_WITH(permute_drops({{{}, 0, 100, 50}}, 1), Catch::Contains("runs = 1"));
}
