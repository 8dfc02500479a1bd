// Intervals of statistics of recordings, on processes whose statistics are known.
#include <boost/math/distributions/normal.hpp>

#include "analysis/statistics/bootstrap.hpp"
#include "experiments/recordings/observed_statistics.hpp"
#include "experiments/recordings/over_sessions.hpp"
#include "tests/activity_processes.hpp"
#include "tests/catch.hpp"
#include "tests/recorded.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

struct Place {
  const StatisticFamily* family;
  std::size_t statistic;
};
Place place_of(const std::string& name) {
  for (const auto& family : observed_statistics())
    for (std::size_t i = 0; i < family.statistics.size(); ++i)
      if (family.statistics[i].name == name) return {&family, i};
  throw std::logic_error(name);
}
ScaledStatistic observed(const std::string& name, const Session& session, const StatisticSetting& setting) {
  const auto [family, statistic] = place_of(name);
  return family->of(session, setting)[statistic];
}

/// Intervals of sessions, and the values that they were made of.
struct Coverage {
  std::vector<Interval> intervals;
  std::vector<double> values, errors;
  /// That they held the truth as often as they should.
  void check(const std::string& name, double truth) const {
    INFO(name << ": " << held(truth) << " of " << intervals.size());
    CHECK(covers(held(truth), static_cast<long>(intervals.size())));
  }
  long held(double truth) const {
    return std::count_if(intervals.begin(), intervals.end(),
                         [&](const auto& each) { return each.low <= truth && truth <= each.high; });
  }
};
/// Of statistics of one family, which is computed once for each session.
template <class Make>
std::vector<Coverage> coverages(const std::vector<std::string>& names, int repeats, const StatisticSetting& setting,
                                Make&& make) {
  std::vector<Coverage> result(names.size());
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const auto all = place_of(names.front()).family->of(make(static_cast<std::uint64_t>(repeat)), setting);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto [family, statistic] = place_of(names[i]);
      const auto& found = all[statistic];
      const auto value = combined(family->statistics[statistic].scale, {found}, {""});
      REQUIRE((family == place_of(names.front()).family && value.value && value.value->interval));
      CHECK(value.level == "trials");
      result[i].intervals.push_back(*value.value->interval);
      result[i].values.push_back(*found.value);
      result[i].errors.push_back(*jackknife_error_of(found));
    }
  }
  return result;
}
template <class Make>
Coverage coverage(const std::string& name, int repeats, const StatisticSetting& setting, Make&& make) {
  return coverages({name}, repeats, setting, make).front();
}

/// Means on a circle and its opposite, one for each condition.
std::vector<Matrix<double>> circles(Index neurons, Index bins) {
  Matrix<double> mean(neurons, bins);
  for (Index n = 0; n < neurons; ++n)
    for (Index t = 0; t < bins; ++t)
      mean(n, t) = 2 * std::cos(0.3 * static_cast<double>(t) +
                                2 * std::acos(-1.) * static_cast<double>(n) / static_cast<double>(neurons));
  return {mean, -mean};
}

}  // namespace

TEST_CASE("intervals of products of different trials hold the truth") {
  const auto means = circles(8, 12);
  const StatisticSetting setting{{0, 240}, 40, Signal::rates};
  const auto make = [&](std::uint64_t repeat) { return noisy(means, 20, 3, 20, repeat); };
  const auto step = ((means[0].rightCols(11) - means[0].leftCols(11)) / 0.02).squaredNorm() / (8 * 11);
  coverage("speed", 150, setting, make).check("speed", std::sqrt(step));

  // The ceiling and the products of a pattern that turns: cos of the angle, mean over pairs 2 bins apart or more.
  double sum = 0, pairs = 0;
  for (int t = 0; t < 12; ++t)
    for (int u = t + 2; u < 12; ++u) {
      sum += std::cos(0.3 * (u - t));
      ++pairs;
    }
  coverage("coding_stability", 150, setting, make).check("coding_stability", sum / pairs);
}

TEST_CASE("intervals of means, Fano factors, autocorrelations and decoders hold the truth") {
  const StatisticSetting setting{{0, 600}, 100};
  const auto poisson = [](std::uint64_t repeat) {
    return poisson_session(
        6, 30, 12, 50, [](double) { return 20.; }, 500 + repeat);
  };
  for (const auto& [name, truth] : {std::pair("mean_rate", 20.), {"fano", 1.}}) {
    const auto found = coverage(name, 200, setting, poisson);
    found.check(name, truth);
    CHECK(std::abs(moments(found.values).mean - truth) < 4 * moments(found.values).mean_error);
  }
  const double keep = 0.7;
  const auto wander = [&](std::uint64_t repeat) {
    Session session{50, 0, {}, {}};
    for (Index k = 0; k < 60; ++k) {
      Stream stream(4, Purpose::estimate, repeat, static_cast<std::uint64_t>(k));
      Matrix<double> x(5, 12);
      stream.fill_normal(x);
      for (Index t = 1; t < 12; ++t) x.col(t) = keep * x.col(t - 1) + std::sqrt(1 - keep * keep) * x.col(t);
      session.trials.push_back(x);
    }
    return session;
  };
  coverage("autocorrelation", 150, {{0, 600}, 100, Signal::rates}, wander).check("autocorrelation", keep * keep);

  // Of a decoder the truth is what such sessions give on average: the interval is of the trials that were drawn.
  const auto two = [](std::uint64_t repeat) {
    return noisy({Matrix<double>::Constant(4, 1, 0.4), Matrix<double>::Constant(4, 1, -0.4)}, 30, 1, 50, repeat);
  };
  const StatisticSetting one_bin{{0, 50}, 50, Signal::rates};
  double truth = 0;
  for (std::uint64_t repeat = 1000; repeat < 1200; ++repeat)
    truth += *observed("decoding", two(repeat), one_bin).value / 200;
  const auto decoded = coverage("decoding", 150, one_bin, two);
  decoded.check("decoding", truth);
  // Trials are drawn once: the error is that from session to session, and not one of trials that stand in both halves.
  CHECK(std::abs(moments(decoded.errors).mean / std::sqrt(moments(decoded.values).variance) - 1) < 0.35);
}

TEST_CASE("intervals of timescales hold the truth") {
  const StatisticSetting setting{{0, 1000}, 200};
  const auto wander = [](std::uint64_t repeat) {
    return ornstein_uhlenbeck(10, 40, 20, 50, 40, {{200, 14}}, 1000 + repeat);
  };
  coverage("timescale", 200, setting, wander).check("timescale", 200);
}

TEST_CASE("intervals of ramps hold the truth, no ramp among it") {
  const StatisticSetting setting{{0, 1000}, 200};
  for (const double slope : {0., 5.}) {
    const auto ramp = [&](std::uint64_t repeat) {
      return poisson_session(
          20, 60, 20, 50, [&](double t) { return 10 + slope * (t - 500) / 1000; }, 2000 + repeat);
    };
    if (slope == 0) {  // where nothing ramps the index is of nothing
      coverage("ramping", 200, setting, ramp).check("no ramp", 0);
      continue;
    }
    const auto found = coverages({"ramping", "ramping_index"}, 200, setting, ramp);
    found[0].check("ramping", slope);
    found[1].check("ramping_index", 1);
  }
}

TEST_CASE("intervals of dimensions hold those of the covariance") {
  const double noise = 0.9;
  const auto means = circles(20, 24);  // of dimension 2: two variances of 40 where the noise of each neuron is .81
  const auto make = [&](std::uint64_t repeat) { return noisy(means, 8, noise, 20, repeat); };
  const StatisticSetting setting{{0, 480}, 100, Signal::rates};
  Matrix<double> x(20, 48);
  x << means[0], means[1];
  const Matrix<double> signal = x * x.transpose() / 48, all = signal + noise * noise * Matrix<double>::Identity(20, 20);
  for (const auto& [name, covariance] : {std::pair("signal_dimension", signal), {"dimension", all}}) {
    coverage(name, 200, setting, make).check(name, std::pow(covariance.trace(), 2) / covariance.squaredNorm());
  }
}

TEST_CASE("intervals of mean-matched Fano factors hold the truth, and are wide") {
  // After the event events are half as many and of two spikes each: twice the variance at any mean.
  const auto make = [](std::uint64_t repeat) {
    Session session{50, -500, {}, {}};
    Vector<double> expected(60);
    Stream units(5, Purpose::estimate, repeat);
    for (auto& each : expected) each = 0.05 - 0.25 * std::log(units.uniform() * units.uniform());
    for (std::uint64_t k = 0; k < 60; ++k) {
      Stream stream(6, Purpose::estimate, repeat, k);
      Matrix<double> counts(60, 20);
      for (Index t = 0; t < 20; ++t)
        for (Index n = 0; n < 60; ++n)
          counts(n, t) = t < 10 ? poisson(stream, expected(n)) : 2 * poisson(stream, expected(n) / 2);
      session.trials.push_back(counts);
    }
    return session;
  };
  const StatisticSetting setting{{-500, 500}, 200};
  const auto found = coverages({"fano_before", "fano_after", "fano_ratio"}, 200, setting, make);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double width = moments(found[i].errors).mean / std::sqrt(moments(found[i].values).variance);
    INFO("errors of " << width);
    found[i].check(std::to_string(i), i == 0 ? 1 : 2);
    CHECK((width > 1.3 && width < 2.1));  // points that are discarded are others without each tenth of the trials
  }
}

TEST_CASE("intervals of tangling are of what so many trials give, noise and all, not of what it is without") {
  const auto means = circles(20, 40);
  const auto make = [&](std::uint64_t repeat) { return noisy(means, 30, 1, 25, repeat); };
  const StatisticSetting setting{{0, 1000}, 200, Signal::rates};
  double logarithm = 0;
  for (std::uint64_t repeat = 1000; repeat < 1200; ++repeat)
    logarithm += *observed("tangling", make(repeat), setting).value / 200;
  const double without_noise = std::exp(*observed("tangling", noisy(means, 30, 0, 25, 0), setting).value);
  CHECK(std::exp(logarithm) > 1.5 * without_noise);
  const auto found = coverage("tangling", 200, setting, make);
  found.check("tangling", std::exp(logarithm));
  CHECK_FALSE(covers(found.held(without_noise), 200));
}

TEST_CASE("fewer trials that stand for many: means of trials and chosen ones keep conditions and products") {
  auto session = noisy(circles(3, 5), 50, 1, 20, 1);
  const auto few = condensed(session, 10);
  CHECK((few.trials.size() == 20 && few.condition.size() == 20));
  for (const int condition : {0, 1})
    CHECK((mean_over_trials(few, condition) - mean_over_trials(session, condition)).norm() < 1e-12);
  CHECK(condensed(session, 60).trials.size() == 100);
  const auto thin = thinned(session, 20);
  CHECK(thin.trials.size() == 20);
  CHECK(std::count(thin.condition.begin(), thin.condition.end(), 1) == 10);
  const auto without = trials_without(session);
  REQUIRE(without.size() == 10);
  for (const auto& kept : without) CHECK(kept.size() == 90);
}

TEST_CASE("the band of a mean holds it at each place as often as it says") {
  long held = 0;
  for (std::uint64_t repeat = 0; repeat < 150; ++repeat) {
    Matrix<double> rows(40, 3);
    Stream(9, Purpose::estimate, repeat).fill_normal(rows);
    const auto band = percentile_band(rows);
    for (const auto& each : band) held += each.low <= 0 && 0 <= each.high;
    CHECK(band[0].high - band[0].low > 0.3);
  }
  INFO(held << " of 450");
  CHECK(covers(held, 450, 0.93));  // percentiles of 40: 93 to 94 %
  CHECK(held < 446);
}
