// Fano factors against processes whose counts are known.

#include "analysis/activity/fano.hpp"
#include "analysis/activity/recording_model.hpp"
#include "tests/catch.hpp"
#include "tests/recorded.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// Recorded anew `repeats` times.
Moments fano_of(const Session& rates, const RecordingModel& model, const Window& window, int repeats) {
  std::vector<double> found;
  for (int repeat = 0; repeat < repeats; ++repeat)
    found.push_back(*fano_factor(record(rates, first(rates.neurons()), first(static_cast<Index>(rates.trials.size())),
                                        model, 31, static_cast<std::uint64_t>(repeat)),
                                 window));
  return moments(found);
}

}  // namespace

TEST_CASE("the Fano factor of Poisson counts is 1 at any rate and number of trials") {
  for (const double hz : {0.5, 5.0, 60.0})
    for (const Index trials : {2, 5, 40}) {
      const auto found = fano_of(alike(Matrix<double>::Constant(60, 10, hz), trials, 20), {}, {-60, 60}, 60);
      INFO(hz << " Hz, " << trials << " trials: " << found.mean << " +- " << found.mean_error);
      CHECK(std::abs(found.mean - 1) < 4 * found.mean_error);
    }
}

TEST_CASE("the Fano factor of gamma intervals is that of the window, and CV^2 in long ones") {
  RecordingModel model;
  for (const int k : {2, 4}) {
    model.shape = k;
    for (const double ms : {20.0, 100.0, 2000.0}) {
      const double m = 0.03 * ms;
      const auto law = gamma_counts(k, m);
      const auto found = fano_of(alike(Matrix<double>::Constant(60, 110, 30), 40, 20), model, {0, ms}, 30);
      INFO("k " << k << ", " << ms << " ms: " << found.mean << " +- " << found.mean_error);
      // A ratio of unbiased moments: of order 1 / (spikes counted), which are 24 at least.
      CHECK(std::abs(found.mean - law.variance / law.mean) < 4 * found.mean_error + 0.005);
      const double cv2 = 1.0 / k;
      if (ms == 2000) CHECK(law.variance / law.mean == Approx(cv2 + (1 - cv2 * cv2) / 6 / m).epsilon(1e-6));
    }
  }
}

TEST_CASE("a rate that wanders adds its variance over the window to the Fano factor, within conditions only") {
  const double f = 20, sd = 5, tau = 100, bin = 5;
  const Index neurons = 40, bins = 80, trials = 60;
  for (const double ms : {50.0, 400.0}) {
    std::vector<double> found;
    for (std::uint64_t repeat = 0; repeat < 25; ++repeat) {
      Session rates{bin, 0, {}, {}};
      for (Index trial = 0; trial < trials; ++trial) {
        Stream stream(8, Purpose::estimate, repeat, static_cast<std::uint64_t>(trial));
        Matrix<double> x(neurons, bins);
        stream.fill_normal(x);
        const double rho = std::exp(-bin / tau);
        for (Index t = 1; t < bins; ++t) x.col(t) = rho * x.col(t - 1) + std::sqrt(1 - rho * rho) * x.col(t);
        // The second condition fires more: no variance within conditions.
        const double times = trial % 2 == 0 ? 1 : 2;
        rates.trials.push_back((f * times + sd * std::sqrt(times) * x.array()).max(0).matrix());
        rates.condition.push_back(static_cast<int>(trial % 2));
      }
      found.push_back(*fano_factor(record(rates, first(neurons), first(trials), {}, 1, repeat), {0, ms}));
    }
    const double truth = 1 + 2 * sd * sd * tau * (1 - tau / ms * (1 - std::exp(-ms / tau))) / f / 1000;
    const auto mean = moments(found);
    INFO(ms << " ms: " << mean.mean << " +- " << mean.mean_error << " of " << truth);
    CHECK(std::abs(mean.mean - truth) < 4 * mean.mean_error + 0.01 * (truth - 1));  // bins of 5 ms for the OU process
  }
}

TEST_CASE("matching keeps the common histogram of means, and takes out what rates make of the slope") {
  // Variance m + .3 m^2: the slope rises with rate, though both groups are of one law.
  const auto law = [](double m) { return CountMoments{m, m + 0.3 * m * m, 20}; };
  std::vector<CountMoments> slow, fast;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(law(0.1 + 0.01 * i));
    fast.push_back(law(1.1 + 0.02 * i));
  }
  const auto plain = [](const std::vector<CountMoments>& points) {
    return mean_matched_fano({points}, 100).front()->value;
  };
  CHECK(plain(fast) - plain(slow) > 0.4);
  FanoMatching matching;
  matching.width = 0.1;
  const auto matched = mean_matched_fano({slow, fast}, 100, matching);
  REQUIRE((matched[0] && matched[1]));
  CHECK(matched[0]->points == matched[1]->points);
  CHECK(matched[0]->points == 50);  // of 10 classes from 1.1 to 2.1 the faster have 5 each
  CHECK(matched[0]->value == Approx(matched[1]->value).epsilon(0.01));  // classes are .1 spikes wide
  CHECK(matched[0]->mean == Approx(matched[1]->mean).epsilon(0.03));

  // Alone, nothing is discarded: weighted least squares through the origin.
  double above = 0, below = 0;
  for (const auto& point : slow) {
    const double weight = 20 / std::pow(point.mean + 0.1, 2);  // 1 Hz in 100 ms
    above += weight * point.mean * point.variance;
    below += weight * point.mean * point.mean;
  }
  CHECK(plain(slow) == Approx(above / below));
  CHECK(mean_matched_fano({slow}, 100).front()->points == 200);

  const std::vector<CountMoments> apart(100, law(50));
  for (const auto& none : mean_matched_fano({slow, apart}, 100)) CHECK(!none);
  for (const auto& none : mean_matched_fano({std::vector<CountMoments>(9, CountMoments{0, 0, 5})}, 100)) CHECK(!none);
}

TEST_CASE("the matched slope of Poisson counts is near 1, in windows of different rates") {
  Matrix<double> rates(80, 20);
  for (Index n = 0; n < 80; ++n) {
    rates.row(n).head(10).setConstant(2 + 0.3 * static_cast<double>(n));
    rates.row(n).tail(10).setConstant(8 + 0.4 * static_cast<double>(n));
  }
  for (const Index trials : {10, 50}) {
    std::vector<double> early, late, unmatched;
    for (std::uint64_t repeat = 0; repeat < 40; ++repeat) {
      const auto counts = record(alike(rates, trials, 20), first(80), first(trials), {}, 3, repeat);
      const auto found = mean_matched_fano(counts, {{-100, 100}, {100, 300}});
      early.push_back(found[0]->value);
      late.push_back(found[1]->value);
      CHECK(found[0]->points == found[1]->points);
    }
    const auto one = moments(early), two = moments(late);
    INFO(trials << " trials: " << one.mean << " +- " << one.mean_error << ", " << two.mean << " +- " << two.mean_error);
    CHECK(std::abs(one.mean - 1) < 4 * one.mean_error + 1.0 / static_cast<double>(trials));
    CHECK(std::abs(two.mean - 1) < 4 * two.mean_error + 1.0 / static_cast<double>(trials));
  }
}

TEST_CASE("counts that make no Fano factor are refused or absent") {
  const auto silent = alike(Matrix<double>::Zero(4, 10), 6, 20);
  CHECK(!fano_factor(silent, {-100, 100}));
  CHECK_THROWS_WITH(fano_factor(alike(Matrix<double>::Zero(4, 10), 1, 20), {-100, 100}),
                    Catch::Contains("trials = 1: at least 2"));
  CHECK_THROWS_WITH(fano_factor(silent, {-100, 200}), Catch::Contains("window = -100 to 200 ms"));
  CHECK_THROWS_WITH(mean_matched_fano(silent, {{-100, 0}, {0, 60}}), Catch::Contains("must all be 100 ms long"));
}
