// Efficacies under a changing target, and pulses that switch a state.
#include "analysis/activity/efficacy.hpp"
#include "analysis/activity/strength_duration.hpp"
#include "tests/activity_processes.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// Connections of targets: log ratios of `mean`, with what all of a target share and what each has of its own.
std::vector<EfficacyRatio> pairings(Stream& stream, double mean, Index first, Index targets, Index connections,
                                    double shared_sd, double own_sd) {
  std::vector<EfficacyRatio> ratios;
  for (Index i = 0; i < targets; ++i) {
    const double shared = shared_sd * stream.normal();
    for (Index j = 0; j < connections; ++j)
      ratios.push_back({first + i, std::exp(mean + shared + own_sd * stream.normal())});
  }
  return ratios;
}

SwitchTrials logistic(double half, double width, double duration, long trials, Stream& stream, int amplitudes = 9) {
  SwitchTrials of{duration, {}, {}, {}};
  for (int i = 0; i < amplitudes; ++i) {
    const double amplitude = half - 4 * width + 8.5 * width * i / (amplitudes - 1);
    long switched = 0;
    for (long k = 0; k < trials; ++k) switched += stream.bernoulli(1 / (1 + std::exp(-(amplitude - half) / width)));
    of.amplitude.push_back(amplitude);
    of.switched.push_back(switched);
    of.trials.push_back(trials);
  }
  return of;
}

}  // namespace

TEST_CASE("efficacy by the change of its target: mean log ratios of targets, and their difference") {
  const double e = std::exp(1.);
  // Target 1 has two connections under rising rate: it counts once.
  const std::vector<EfficacyRatio> rising = {{1, 1}, {1, 1 / (e * e)}, {2, 1 / (e * e * e)}, {3, 1}},
                                   flat = {{1, 1}, {2, 1}}, falling = {{1, e}, {2, e * e}, {4, 1}, {2, -1}, {2, 0}};
  const auto found = efficacy_dependence(rising, flat, falling);
  CHECK(found.rising->value == Approx((-1. - 3 + 0) / 3));
  CHECK(found.flat->value == 0);
  CHECK_FALSE(found.flat->interval.has_value());
  CHECK(found.falling->value == Approx((1. + 2 + 0) / 3));
  // Targets 1 and 2 were paired with both: differences 2 and 5, standard error 1.5, t(1) = 12.7062
  CHECK(found.contrast->value == Approx(3.5));
  CHECK(found.contrast->interval->low == Approx(3.5 - 12.7062 * 1.5).epsilon(1e-5));
  CHECK(found.targets == 2);
  CHECK(found.connections == 9);
  CHECK(found.left_out == 2);
  // No target with both: Welch's interval, of {0, 2} and {1, 5} with 1 and 4 as squared errors, 25 / 17 degrees
  const auto apart = efficacy_dependence({{1, 1}, {2, e * e}}, {}, {{3, e}, {4, std::pow(e, 5)}});
  CHECK(apart.contrast->value == Approx(2));
  CHECK(apart.contrast->interval->high == Approx(2 + student_interval(0, std::sqrt(5.), 25. / 17).high).epsilon(1e-9));
  CHECK_FALSE(apart.flat.has_value());
  CHECK_FALSE(efficacy_dependence({}, {}, falling).contrast.has_value());
  CHECK_FALSE(efficacy_dependence({{1, 1}}, {}, {{1, e}}).contrast->interval.has_value());
}

TEST_CASE("the contrast's interval covers where connections of a target are alike, that over connections does not") {
  long held = 0, held_apart = 0, naive = 0;
  std::vector<double> values;
  const int count = 200;
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    Stream stream(seed, Purpose::estimate);
    const auto rising = pairings(stream, -0.05, 0, 8, 6, 0.2, 0.35),
               falling = pairings(stream, 0.05, 0, 8, 6, 0.2, 0.35),
               others = pairings(stream, 0.05, 100, 8, 6, 0.2, 0.35);
    const auto holds = [&](const Estimate& e) { return e.interval->low <= 0.1 && e.interval->high >= 0.1; };
    const auto contrast = *efficacy_dependence(rising, {}, falling).contrast;
    values.push_back(contrast.value);
    held += holds(contrast);
    held_apart += holds(*efficacy_dependence(rising, {}, others).contrast);
    auto alone = rising, alone_too = falling;  // each connection as a target of its own
    for (std::size_t i = 0; i < alone.size(); ++i)
      alone[i].postsynaptic = alone_too[i].postsynaptic = static_cast<Index>(i);
    naive += holds(*efficacy_dependence(alone, {}, alone_too).contrast);
  }
  CHECK(covers(held, count));
  CHECK(covers(held_apart, count));
  CHECK_FALSE(covers(naive, count));
  const auto sample = sample_of(values);
  CHECK(std::abs(sample.mean - 0.1) < 4 * sample.error);
}

TEST_CASE("the switching amplitude is where half switch: pooled where shares fall, linear between, absent outside") {
  const auto half = [](std::vector<double> amplitude, std::vector<long> switched, std::vector<long> trials) {
    return switching_amplitude({100, std::move(amplitude), std::move(switched), std::move(trials)});
  };
  CHECK(*half({1, 2, 3}, {0, 4, 10}, {10, 10, 10}) == Approx(2 + 0.1 / 0.6));
  CHECK(*half({1, 2, 3}, {0, 5, 10}, {10, 10, 10}) == 2);
  // .6 at 2 and .2 at 3 are .4 at 2.5; by trials, 12 of 20 and 1 of 5 are .52 at 2.2
  CHECK(*half({1, 2, 3, 4}, {0, 6, 2, 10}, {10, 10, 10, 10}) == Approx(2.5 + 1.5 * 0.1 / 0.6));
  CHECK(*half({1, 2, 3, 4}, {0, 12, 1, 10}, {10, 20, 5, 10}) == Approx(1 + 1.2 * 0.5 / 0.52));
  CHECK_FALSE(half({1, 2}, {0, 4}, {10, 10}).has_value());
  CHECK_FALSE(half({1, 2}, {6, 9}, {10, 10}).has_value());
  CHECK_FALSE(half({}, {}, {}).has_value());
  CHECK_THROWS_WITH(half({1, 1}, {0, 4}, {10, 10}), "amplitude = 1: must rise from one to the next");
  CHECK_THROWS_WITH(half({1, 2}, {0, 11}, {10, 10}),
                    "trials = 11 of 10: there must be trials at every amplitude, and no more switched than there are");

  for (const long trials : {5, 20}) {
    std::vector<double> found;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      Stream stream(seed, Purpose::estimate);
      if (const auto one = switching_amplitude(logistic(1, 0.1, 100, trials, stream))) found.push_back(*one);
    }
    CHECK(found.size() == 400);
    const auto sample = sample_of(found);
    CHECK(std::abs(sample.mean - 1) < 0.01 + 3 * sample.error);
  }
}

TEST_CASE("rheobase and chronaxie of two durations are those of the law that made the amplitudes") {
  const double rheobase = 0.8, chronaxie = 150;
  const auto amplitude = [&](double duration) { return rheobase * (1 + chronaxie / duration); };
  const auto exactly = [](double half, double duration) {
    return SwitchTrials{duration, {half - 0.1, half, half + 0.1}, {0, 5, 10}, {10, 10, 10}};
  };
  const auto found = strength_duration(exactly(amplitude(100), 100), exactly(amplitude(2000), 2000));
  CHECK(*found.ratio == Approx(2.5 / 1.075));
  CHECK(*found.rheobase == Approx(rheobase));
  CHECK(*found.chronaxie_ms == Approx(chronaxie));
  // A charge that falls with duration, a brief pulse as good as a long one: no such law
  CHECK_FALSE(strength_duration(exactly(2, 100), exactly(1, 150)).rheobase.has_value());
  CHECK_FALSE(strength_duration(exactly(1, 100), exactly(1, 200)).rheobase.has_value());
  CHECK(*strength_duration(exactly(1, 100), exactly(1, 200)).ratio == Approx(1));
  CHECK_FALSE(strength_duration(exactly(2, 100), {200, {1, 2}, {0, 0}, {9, 9}}).ratio.has_value());
  CHECK_THROWS_WITH(strength_duration(exactly(2, 200), exactly(1, 200)),
                    "duration_ms = 200: must be above 0 and below that of the longer pulse, 200 ms");
}
