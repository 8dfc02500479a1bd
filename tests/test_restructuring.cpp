// Events of a descriptor path: scores and p by hand, known jumps, the stated rate by simulation; lead times and their
// nulls.
#include <cmath>

#include "analysis/restructuring/restructuring.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr std::uint64_t seed = 2026;  // printed by every simulation
constexpr Index d = 4, T = 30;

/// A random walk whose descriptors have their own scales, share a part of every step, and move in proportion to it.
DescriptorPath walk(Stream& stream, Index checkpoints = T) {
  DescriptorPath path{Matrix<double>::Zero(d, checkpoints), Vector<double>(checkpoints - 1)};
  for (Index t = 1; t < checkpoints; ++t) {
    path.step(t - 1) = stream.uniform(0.5, 2);
    const double shared = stream.normal();
    for (Index k = 0; k < d; ++k)
      path.value(k, t) = path.value(k, t - 1) + path.step(t - 1) * std::pow(10., static_cast<double>(k) - 2) *
                                                    (0.6 * shared + 0.8 * stream.normal());
  }
  return path;
}
std::vector<DescriptorPath> walks(Stream& stream, int count) {
  std::vector<DescriptorPath> all;
  for (int i = 0; i < count; ++i) all.push_back(walk(stream));
  return all;
}
DescriptorPath unit_path(const std::vector<double>& values) {
  const auto size = static_cast<Index>(values.size());
  return {Eigen::Map<const Vector<double>>(values.data(), size).transpose(), Vector<double>::Ones(size - 1)};
}

}  // namespace

TEST_CASE(
    "an increment counts as it is or per distance moved, whichever is less, and constant descriptors do not count") {
  DescriptorPath reference{Matrix<double>(2, 4), Vector<double>(3)};
  reference.value << 0, 2, 3, 9, 5, 5, 5, 5;
  reference.step << 1, 0.5, 2;  // increments 2, 1, 6; per distance 2, 2, 3
  const auto scale = walk_scale({reference});
  CHECK(scale.mean(0, 0) == Approx(3));
  CHECK(scale.mean(0, 1) == Approx(7. / 3));
  CHECK(scale.deviation(0, 0) == Approx(std::sqrt(7.)));
  CHECK(scale.deviation(0, 1) == Approx(std::sqrt(1. / 3)));
  CHECK(scale.deviation(1, 1) == 0);
  DescriptorPath path{Matrix<double>(2, 2), Vector<double>::Constant(1, 4)};
  path.value << 17, 1, 0, 100;  // -16, -4 per distance
  CHECK(standardised(path, scale)(0, 0) == Approx(19 / std::sqrt(7.)));
  CHECK(standardised(path, scale)(1, 0) == 0);
  path.step(0) = 16;
  CHECK(standardised(path, scale)(0, 0) == Approx((1 + 7. / 3) / std::sqrt(1. / 3)));
  path.step(0) = 0;  // nothing moved: nothing per distance, whatever the values say
  CHECK(standardised(path, scale)(0, 0) == Approx(7. / 3 / std::sqrt(1. / 3)));
}

TEST_CASE("a walk is measured by the scale of the others, and a control scored by their unit") {
  Stream stream(seed, Purpose::trial, 0, 6);
  const auto all = walks(stream, 4);
  const auto z = standardised_walks(all);
  const auto expected = standardised(all[1], walk_scale({all[0], all[2], all[3]}));
  CHECK((z[1] - expected).cwiseAbs().maxCoeff() == 0);
  // Without itself the unit of the first is 2, of the others 6 or 2.
  const auto one = [](double value) { return Matrix<double>(Matrix<double>::Constant(1, 1, value)); };
  const auto population = control_population({one(10), one(2), one(2)});
  CHECK(population.unit(0) == 2);
  CHECK(population.largest == std::vector<double>{5, 2. / 6, 2. / 6});
}

TEST_CASE("the p of an event counts the controls that reach its score, in the population that has most of them") {
  // Two descriptors; in each population the median of the largest |z| is the unit.
  std::vector<Matrix<double>> low, some;
  for (int path = 0; path < 9; ++path) {
    low.push_back((Matrix<double>(2, 2) << 0, 4, 0.1, 0.2).finished());               // units 4 and, at least, 1
    some.push_back((Matrix<double>(2, 2) << 2, 0, 0, path < 2 ? 10 : 1).finished());  // units 2 and 1
  }
  const auto a = control_population(low), b = control_population(some);
  CHECK(a.unit(0) == 4);
  CHECK(a.unit(1) == 1);
  CHECK(b.unit(0) == 2);
  CHECK(b.largest[0] == 10);
  CHECK(b.largest[8] == 1);
  const Matrix<double> z = (Matrix<double>(2, 3) << 0, 9, 0, 0, 3, 0).finished();  // scores 9/4 and 3; 9/2 and 3
  CHECK(find_restructuring(z, {a}, 0.1).at(0).p == Approx(0.1));
  CHECK(find_restructuring(z, {a}, 0.1).at(0).carried_by == std::vector<Index>{1, 0});
  CHECK(find_restructuring(z, {a, b}, 0.1).empty());
  const auto both = find_restructuring(z, {a, b}, 0.3);
  REQUIRE(both.size() == 1);
  CHECK(both[0].p == Approx(0.3));
  CHECK(both[0].at == 2);
  CHECK(both[0].low == 1);
}

TEST_CASE("a jump of a descriptor path is dated to a checkpoint and names what carried it") {
  constexpr long runs = 400;
  long close = 0, named = 0;
  for (long run = 0; run < runs; ++run) {
    Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 1);
    const auto control = walks(stream, 20);
    auto path = walk(stream);
    const Index jump = 3 + stream.below(T - 5), carrier = stream.below(d);
    path.value.row(carrier).tail(T - jump).array() += 20 * std::pow(10., static_cast<double>(carrier) - 2);
    for (const auto& event :
         find_restructuring(standardised(path, walk_scale(control)), {control_population(standardised_walks(control))}))
      if (std::abs(static_cast<double>(event.at - jump)) <= 1) {
        ++close;
        named += event.carried_by.front() == carrier;
        break;
      }
  }
  WARN("seed " << seed << ": dated within one checkpoint in " << close << " of " << runs << ", carrier named in "
               << named);
  CHECK(shown_above(close, runs, 0.9));
  CHECK(shown_above(named, runs, 0.9));
}

TEST_CASE("a path like its controls has events no more often than stated") {
  constexpr long runs = 2000;
  long with_event = 0;
  Count halves{0, 0};
  Vector<double> by_run(runs);
  for (long run = 0; run < runs; ++run) {
    Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 2);
    const auto control = walks(stream, 38);
    const auto z = standardised_walks(control);
    const auto path = standardised(walk(stream), walk_scale(control));
    with_event += !find_restructuring(path, {control_population(z)}).empty();
    const auto found = false_positives(z);
    halves.value += found.value;
    halves.of += found.of;
    by_run(run) = static_cast<double>(found.value) / static_cast<double>(found.of);
  }
  const double by_halves = static_cast<double>(halves.value) / static_cast<double>(halves.of),
               error = std::sqrt((by_run.array() - by_halves).square().sum() / (runs - 1.) / runs);
  WARN("seed " << seed << ": events in " << with_event << " of " << runs << " paths without one; by halves "
               << by_halves);
  // An event is larger than all that 38 controls have; of 19 and itself a control is the largest once in 20.
  CHECK(not_above(with_event, runs, 1 / 39.));
  CHECK(halves.of == 38 * runs);
  CHECK(std::abs(by_halves - 1 / 20.) < 4 * error);
  CHECK(false_positives(std::vector<Matrix<double>>(37, Matrix<double>::Ones(1, 2))).of == 0);  // 18 cannot say 1 in 20
}

TEST_CASE("neighbouring increments are one event, and leads count from the last before the drop") {
  ControlPopulation low{Vector<double>::Ones(1), std::vector<double>(19, 3.)};
  std::vector<double> values(T);
  for (Index t = 0; t < T; ++t)
    values[static_cast<std::size_t>(t)] =
        0.01 * static_cast<double>(t % 2) + 5 * (t >= 5) + 4 * (t >= 14) + 6 * (t >= 15) - 5 * (t >= 25);
  const auto events =
      find_restructuring(standardised(unit_path(values), walk_scale({unit_path({0, 1, 0, 1, 0, 0})})), {low});
  REQUIRE(events.size() == 3);
  CHECK(events[1].low == 13);
  CHECK(events[1].at == 14);
  CHECK(events[1].peak == 15);
  CHECK(events[1].high == 15);
  CHECK(events[2].carried_by == std::vector<Index>{0});
  std::vector<double> update;
  for (Index t = 0; t < T; ++t) update.push_back(10. * static_cast<double>(t));
  const auto lead = lead_time(events, update, {180, 175, 190});
  REQUIRE(lead);
  CHECK(lead->value == 40);
  CHECK(lead->low == 35);
  CHECK(lead->high == 60);
  CHECK_FALSE(lead_time(events, update, {40, 30, 45}));
  CHECK(lead_time(events, update, {250, 250, 250})->value == 0);
}

TEST_CASE("lead times: both nulls hold where events ignore the drop, and are rejected where they precede it") {
  constexpr long studies = 2000;
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
    const auto draws = static_cast<std::uint64_t>(study);
    const auto by_drop = permute_drops(runs, draws, 199), by_shift = shift_events(runs, draws, 199);
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

TEST_CASE("the excess of a lead over its null, where that is known: a shifted event is uniform over the run") {
  const auto with_lead = [](double lead) {
    std::vector<EventTimes> runs;
    for (int run = 0; run < 12; ++run) runs.push_back({{600. + 20 * run - lead}, 0, 1000, 600. + 20 * run});
    return shift_events(runs, 1, 1999);
  };
  const auto test = with_lead(550);
  CHECK(test.median == 550);
  CHECK(test.longer == 12);  // the null's median is 500 in each run
  CHECK(with_lead(450).longer == 0);
  // A median of 12 uniform leads scatters by 128 about 500, the median of 1999 of them by 1.25 * 128 / sqrt(1999).
  CHECK(std::abs(test.null_median - 500) < 4 * 1.25 * 128 / std::sqrt(1999.));
  CHECK(test.null_low < test.null_median);
  CHECK(test.null_median < test.null_high);
  CHECK(test.null_with_event == Approx(12 * .71).margin(.15));  // the drop is at 710 on average
  double all = 1;                                               // of independent shifts
  for (int run = 0; run < 12; ++run) all *= (600. + 20 * run) / 1000;
  CHECK(std::abs(test.p_with_event - all) < 4 * std::sqrt(all * (1 - all) / 1999) + 1 / 2000.);
}

TEST_CASE("restructuring refuses paths and controls it cannot compare") {
  Stream stream(seed, Purpose::trial, 0, 5);
  const auto path = walk(stream);
  const auto control = walks(stream, 20);
  const auto scale = walk_scale(control);
  const auto z = standardised(path, scale);
  const auto population = control_population(standardised_walks(control));
  CHECK_THROWS_WITH(walk_scale({}), Catch::Contains("walks = 0"));
  CHECK_THROWS_WITH(walk_scale({unit_path({1, 1, 1})}), Catch::Contains("constant"));
  CHECK_THROWS_WITH(walk_scale({path, unit_path({1, 2})}), Catch::Contains("1 descriptors"));
  CHECK_THROWS_WITH(standardised(unit_path({1, 2}), scale), Catch::Contains("1 descriptors"));
  CHECK_THROWS_WITH(standardised({path.value, path.step.head(3)}, scale), Catch::Contains("30 checkpoints, 3 steps"));
  CHECK_THROWS_WITH(find_restructuring(z, {}), Catch::Contains("controls = 0"));
  CHECK_THROWS_WITH(find_restructuring(z, {population, {population.unit, {1, 2}}}),
                    Catch::Contains("must be 19 or more"));
  CHECK_THROWS_WITH(find_restructuring(z, {population}, 1), Catch::Contains("false_positive_rate = 1"));
  auto broken = path;
  broken.value(0, 0) = std::nan("");
  CHECK_THROWS_WITH(standardised(broken, scale), Catch::Contains("not finite"));
  CHECK_THROWS_WITH(permute_drops({{{}, 0, 100, 50}}, 1), Catch::Contains("runs = 1"));
}
