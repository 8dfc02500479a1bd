// Drops of a curve: what is one and what is none, whatever follows, and that an undone one is called so.
#include <cmath>
#include <functional>

#include "analysis/learning/curve_scale.hpp"
#include "analysis/learning/steps.hpp"
#include "tests/catch.hpp"
#include "tests/learning_curves.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr std::uint64_t seed = 2026;
using Verdict = LearningPhases::Verdict;

Stream stream_of(Index run, std::uint64_t subject) {
  return Stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), subject);
}

Vector<double> white(Index samples, double sigma, std::uint64_t subject) {
  Stream stream = stream_of(0, subject);
  return ar1_noise(samples, 0, sigma, stream);
}

Vector<double> course(Index samples, const std::function<double(double)>& of_point) {
  return Vector<double>::NullaryExpr(samples, [&](Index t) { return of_point(static_cast<double>(t)); });
}

/// Of 100 curves of a course, each with noise of its own.
long given_a_drop(const Vector<double>& mean, double rho, double sigma, std::uint64_t subject) {
  long given = 0;
  for (Index run = 0; run < 100; ++run) {
    Stream stream = stream_of(run, subject);
    PhaseSetting setting;
    setting.resamples = 1;
    const auto noise = ar1_noise(mean.size(), rho, sigma, stream);
    given += !find_learning_phases(curve_of(mean + noise), setting).drops.empty();
  }
  return given;
}

}  // namespace

TEST_CASE("curves without noise: drops exactly, and the verdict") {
  PhaseSetting setting;
  setting.resamples = 50;
  for (const auto& [begin, end] : std::vector<std::pair<Index, Index>>{{40, 41}, {30, 38}, {26, 32}}) {
    const auto phases = find_learning_phases(curve_of(ramp(100, begin, end, 3, -0.001, -0.004), 10), setting);
    INFO(begin << " to " << end);
    CHECK(phases.verdict == Verdict::abrupt);
    REQUIRE(phases.drops.size() == 1);
    const auto& drop = *phases.drop();
    CHECK(drop.from.value == Approx(10. * static_cast<double>(begin)));
    CHECK(drop.to.value == Approx(10. * static_cast<double>(end)));
    CHECK(drop.update.value == Approx(10 * std::ceil(static_cast<double>(begin + end) / 2)));
    CHECK(drop.from.low == drop.from.high);
    CHECK(drop.before == Approx(std::exp(-0.001 * (static_cast<double>(begin) - 2.5))));  // of six points
    CHECK(drop.fall == Approx(std::log(drop.before / drop.after)));
    CHECK_FALSE(drop.undone);
    REQUIRE(phases.phases.size() == 3);
    CHECK(phases.phases[0].from == 0);
    CHECK(phases.phases[2].to == 990);
    CHECK((drop.evidence > 10 && std::isfinite(drop.evidence)));
  }
  const auto verdict = [&](const Vector<double>& y) { return find_learning_phases(curve_of(y), setting).verdict; };
  const Vector<double> t = Vector<double>::LinSpaced(100, 0, 99);
  CHECK(verdict(-t / 30) == Verdict::gradual);
  CHECK(verdict(((-t / 9).array().exp() + 0.02).log()) == Verdict::gradual);
  CHECK(verdict(-0.7 * (t / 4).array().log1p()) == Verdict::gradual);
  CHECK(verdict(-(t / 20).cwiseSqrt()) == Verdict::gradual);        // stretched exponential: none of the families
  CHECK(verdict((1 - t.array() / 101).log()) == Verdict::gradual);  // a straight line
  CHECK(verdict(((-t / 9).array().exp() * 1e3).round() / 1e3 + 0.1) ==
        Verdict::gradual);  // three digits: steps of a thousandth
  CHECK(verdict(Vector<double>::Zero(100)) == Verdict::none);
  CHECK(verdict(-ramp(100, 40, 45, 2)) == Verdict::none);
  // A fall that takes longer than what precedes it is not abrupt.
  CHECK(verdict(ramp(100, 20, 70, 3)) == Verdict::gradual);
}

TEST_CASE("what follows a drop neither makes nor moves it") {
  // Half within 4 updates, then a power law for ever: of the whole curve the drop is a small part.
  const auto noise = white(1000, 0.005, 1);
  const auto mean = course(1000, [](double t) {
    return std::log(0.05) - std::log(2) * std::clamp((t - 100) / 4, 0., 1.) -
           2.4 * std::log1p(std::max(0., t - 104) / 70);
  });
  const Vector<double> y = mean + noise;
  std::optional<LearningPhases::Drop> first;
  for (const Index points : {150, 300, 500, 1000}) {
    const auto phases = find_learning_phases(curve_of(y.head(points)));
    INFO(points << " points");
    REQUIRE(phases.verdict == Verdict::abrupt);
    const auto& drop = *phases.drop();
    if (!first) first = drop;
    CHECK(drop.from.value == 100);
    CHECK(drop.to.value == 104);
    CHECK((drop.from.low == first->from.low && drop.from.high == first->from.high));
    CHECK((drop.to.low == first->to.low && drop.to.high == first->to.high));
    CHECK((drop.before == first->before && drop.after == first->after && drop.evidence == first->evidence));
    CHECK(drop.before == Approx(0.05).epsilon(0.01));
  }
}

TEST_CASE("a fall that is undone is no learning, and its dip is dated") {
  for (const Index length : {10, 30}) {
    const auto mean = course(200, [&](double t) {
      return std::log(t < 40 ? 0.05 : t < 40 + static_cast<double>(length) ? 0.02 : 0.1);
    });
    const auto phases = find_learning_phases(curve_of(mean + white(200, 0.02, 2)));
    CHECK(phases.verdict == Verdict::undone);
    REQUIRE(phases.drop());
    CHECK(phases.drop()->undone);
    CHECK((phases.drop()->from.value == 39 && phases.drop()->to.value == 40));
    CHECK(phases.drop()->before == Approx(0.05).epsilon(0.03));
    CHECK(phases.drop()->after == Approx(0.02).epsilon(0.03));
    CHECK(phases.phases.back().name == "return");
  }
  // Undone, then done again for good.
  const auto twice = course(300, [](double t) { return t >= 60 && t < 90 ? -1 : t >= 200 ? -2 : 0; });
  const auto phases = find_learning_phases(curve_of(twice + white(300, 0.05, 4)));
  CHECK(phases.verdict == Verdict::abrupt);
  REQUIRE(phases.drops.size() == 2);
  CHECK((phases.drops[0].undone && !phases.drops[1].undone));
  CHECK(phases.drop()->to.value == 200);
}

TEST_CASE("several drops are found each, and the largest is the main one") {
  const auto mean = course(600, [](double t) {
    return -0.7 * std::clamp((t - 100) / 3, 0., 1.) - 2 * std::clamp((t - 250) / 10, 0., 1.) - (t >= 430);
  });
  const auto phases = find_learning_phases(curve_of(mean + white(600, 0.1, 5)));
  REQUIRE(phases.drops.size() == 3);
  CHECK(phases.main == 1u);
  const double from[] = {100, 250, 429}, to[] = {103, 260, 430}, fall[] = {0.7, 2, 1};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& drop = phases.drops[i];
    INFO(i);
    CHECK((drop.from.low <= from[i] && from[i] <= drop.from.high));
    CHECK((drop.to.low <= to[i] && to[i] <= drop.to.high));
    CHECK(drop.fall == Approx(fall[i]).margin(0.2));
  }
  std::vector<std::string> names;
  for (const auto& phase : phases.phases) names.push_back(phase.name);
  CHECK(names == std::vector<std::string>{"search", "drop", "plateau", "drop", "plateau", "drop", "comprehension"});
}

TEST_CASE("spikes, losses that blow up and recover, and oscillations are no drops") {
  const auto trend = [](double t) { return -std::log1p(t / 10); };
  const auto spikes = course(
      300, [&](double t) { return trend(t) + 2 * (t == 70) + 1.5 * (t == 130 || t == 131) + (t >= 220 && t < 223); });
  const auto flat_spikes =
      course(300, [](double t) { return 2 * (t == 70) + 1.5 * (t == 130 || t == 131) + (t >= 220 && t < 223); });
  const auto blown = course(300, [&](double t) { return trend(t) + (t < 150 ? 0 : 3 * std::exp(-(t - 150) / 10)); });
  const auto level = course(300, [](double t) { return t >= 100 && t < 180 ? 2 : 0; });
  const auto waves = course(300, [](double t) { return 0.5 * std::sin(t / 7); });
  std::uint64_t subject = 10;
  for (const auto* mean : {&spikes, &flat_spikes, &blown, &level, &waves})
    for (const double rho : {0., 0.8}) {
      const long given = given_a_drop(*mean, rho, 0.05, ++subject);
      WARN("seed " << seed << ", curve " << subject << ": a drop in " << given << " of 100");
      CHECK(not_above(given, 100, 0.05));
    }
}

TEST_CASE("a smooth course that is rounded has no drops, a cliff that is rounded keeps its own") {
  const auto rounded = [](LossCurve curve, double step) {
    for (auto& value : curve.loss) value = std::round(value / step) * step;
    return curve;
  };
  const Vector<double> t = Vector<double>::LinSpaced(1000, 0, 999);
  for (const double noise : {0., 0.003, 0.01})
    for (const double step : {0.01, 0.001}) {
      Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(1000 * noise), 9);
      const Vector<double> wiggle = noise * ar1_noise(1000, 0, 1, stream);
      const auto decay =
          find_learning_phases(rounded(curve_of((0.05 + (-t / 150).array().exp()).log().matrix() + wiggle), step));
      INFO("noise " << noise << ", step " << step << ", left out " << decay.of_rounding);
      CHECK(decay.drops.empty());
      CHECK(decay.verdict == Verdict::gradual);
      if (noise == 0) CHECK(decay.of_rounding > 0);
      const auto cliff = find_learning_phases(rounded(curve_of(ramp(1000, 400, 410, 2) + wiggle), step));
      REQUIRE(cliff.drops.size() == 1);
      CHECK(std::abs(cliff.drops[0].from.value - 400) <= 2);
    }
}

TEST_CASE("losses before and after are those of the data beside the drop") {
  // In noise that wanders (rho .95) a line over all of the curve misses the data next to the drop by far.
  long found = 0, near = 0;
  for (Index run = 0; run < 100; ++run) {
    Stream stream = stream_of(run, 30);
    const Vector<double> y = ramp(300, 150, 152, 3) + ar1_noise(300, 0.95, 0.1, stream);
    PhaseSetting setting;
    setting.resamples = 1;
    const auto phases = find_learning_phases(curve_of(y), setting);
    for (const auto& drop : phases.drops) {
      if (drop.from.value != 150 || drop.to.value != 152) continue;
      ++found;
      near += std::abs(std::log(drop.before) - y.segment(145, 6).mean()) < 0.1 &&
              std::abs(std::log(drop.after) - y.segment(152, 6).mean()) < 0.1;
    }
  }
  WARN("seed " << seed << ": dated exactly " << found << ", losses as of the data " << near << " of 100");
  CHECK(found >= 80);
  CHECK(near >= found - 5);  // points that stand out are set aside
}

TEST_CASE("curves that rise, that touch zero, and updates that are uneven or missing") {
  const auto noise = white(300, 0.02, 40);
  LossCurve accuracy = curve_of(Vector<double>::Zero(300));
  for (Index t = 0; t < 300; ++t)
    accuracy.loss[static_cast<std::size_t>(t)] = std::clamp((t < 150 ? 0.5 : 0.97) + noise(t), 0., 1.);
  CHECK(find_learning_phases(accuracy).verdict == Verdict::none);  // as a loss it rises
  auto rising = accuracy;
  rising.rising = true;
  const auto found = find_learning_phases(rising);
  CHECK((found.verdict == Verdict::abrupt && !found.logarithmic));
  CHECK(found.drop()->from.value == 149);
  CHECK(found.drop()->before == Approx(0.5).margin(0.03));
  CHECK(found.drop()->after == Approx(0.97).margin(0.03));
  auto errors = accuracy;  // the same from above: 1 - accuracy, which is 0 at times
  for (auto& one : errors.loss) one = 1 - one;
  const auto same = find_learning_phases(errors);
  CHECK((same.verdict == Verdict::abrupt && !same.logarithmic));
  CHECK(same.drop()->from.low == found.drop()->from.low);

  // An exponential of which a third was not recorded is smooth, though from point to point it is not.
  LossCurve missing, steps;
  double at = 0;
  for (Index t = 0; t < 300; ++t) {
    const double update = static_cast<double>(t < 150 ? t : t + 150);
    missing.update.push_back(update);
    missing.loss.push_back(std::exp(-update / 60 + noise(t)));
    at += 1 + static_cast<double>((t * 7) % 5);
    steps.update.push_back(at);
    steps.loss.push_back(std::exp((t < 150 ? 0 : -2) + 3 * noise(t)));
  }
  CHECK(find_learning_phases(missing).verdict == Verdict::gradual);
  const auto dated = find_learning_phases(steps);
  REQUIRE(dated.drop());
  CHECK(dated.drop()->from.value == steps.update[149]);
  CHECK(dated.drop()->to.value == steps.update[150]);
}

TEST_CASE("scales: means of bins, spikes set aside, steps and monotone courses as they are") {
  const auto smooth = course(64, [](double t) { return 1 / (1 + t) - (t >= 32); });
  const auto update = course(64, [](double t) { return t; });
  auto spiked = smooth;
  spiked(10) += 1, spiked(40) += 2, spiked(41) += 2, spiked(50) -= 1;
  const auto scales = scales_of(update, spiked, 10);
  REQUIRE(scales.size() == 3);
  for (const Index t : {10, 40, 41, 50}) CHECK(std::abs(scales[0].level(t) - smooth(t)) < 0.05);
  for (const Index t : {0, 9, 11, 31, 32, 39, 42, 63}) CHECK(scales[0].level(t) == smooth(t));
  CHECK(scales[1].update(3) == 6.5);
  CHECK(scales[1].level(12) == Approx((smooth(24) + smooth(25)) / 2));
  CHECK((scales[2].bin == 4 && scales[2].first_point(3) == 12 && scales[2].last_point(3) == 15));
}

TEST_CASE("rho of differences is that of the noise, whatever the steps and the trend") {
  for (const double rho : {0., 0.5, 0.9}) {
    Stream stream = stream_of(0, 50 + static_cast<std::uint64_t>(10 * rho));
    const Index T = 20000;
    const auto mean = course(T, [](double t) { return -t / 2000 - (t > 9000) + 5 * (static_cast<int>(t) % 100 == 0); });
    CHECK(rho_of_differences(mean + ar1_noise(T, rho, 0.1, stream), {{0, 8999}, {9001, T - 1}}) ==
          Approx(rho).margin(0.05));
  }
}
