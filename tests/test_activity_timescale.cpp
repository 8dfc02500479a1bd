// Intrinsic timescales against spikes whose rates are Ornstein-Uhlenbeck processes, and against the definition.
#include "analysis/activity/intrinsic_timescale.hpp"
#include "analysis/statistics/exponentials.hpp"
#include "tests/activity_processes.hpp"
#include "tests/catch.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// Variance and autocovariance at lag [bins] of the spikes in bins, rates in steps of 5 ms: the covariances of all
/// pairs of steps, and the mean count.
double covariance_of_counts(double hz, const std::vector<Fluctuation>& fluctuations, double bin_ms, int lag) {
  const int steps = static_cast<int>(bin_ms / 5 + 0.5);
  double sum = 0;
  for (const auto& one : fluctuations)
    for (int i = 0; i < steps; ++i)
      for (int j = 0; j < steps; ++j)
        sum += one.sd_hz * one.sd_hz * 0.005 * 0.005 * std::exp(-5. * std::abs(lag * steps + j - i) / one.tau_ms);
  return sum + (lag == 0 ? hz * bin_ms / 1000 : 0);
}

/// The definition, pair by pair of bins, by two passes.
double by_definition(const Session& session, Index first, Index bins, Index lag) {
  double above = 0, below = 0;
  for (Index n = 0; n < session.neurons(); ++n)
    for (Index i = first; i + lag < first + bins; ++i) {
      double products = 0, squares = 0, later = 0;
      for (std::size_t k = 0; k < session.trials.size(); ++k) {
        double mean = 0, mean_later = 0, members = 0;
        for (std::size_t l = 0; l < session.trials.size(); ++l)
          if (session.condition[l] == session.condition[k]) {
            mean += session.trials[l](n, i);
            mean_later += session.trials[l](n, i + lag);
            ++members;
          }
        if (members < 2) continue;
        const double a = session.trials[k](n, i) - mean / members,
                     b = session.trials[k](n, i + lag) - mean_later / members;
        products += a * b;
        squares += a * a;
        later += b * b;
      }
      above += products;
      below += std::sqrt(squares * later);
    }
  return above / below;
}

double share_of_gaps(const std::vector<double>& values, double truth) {
  const auto sample = sample_of(values);
  return (sample.mean - truth) / sample.error;
}

}  // namespace

TEST_CASE("the autocorrelation across trials is its definition, whatever conditions do and silent neurons do not") {
  auto session = ornstein_uhlenbeck(4, 14, 16, 50, 20, {{150, 8}}, 3);
  for (std::size_t k = 0; k < 14; ++k) session.condition.push_back(k == 5 ? 9 : static_cast<int>(k % 3));
  const auto found = intrinsic_timescale(session, {100, 700});
  REQUIRE(found.autocorrelation.size() == 11);
  for (Index lag = 1; lag <= 11; ++lag) {
    CHECK(found.lag_ms(lag - 1) == 50 * static_cast<double>(lag));
    CHECK(found.autocorrelation(lag - 1) == Approx(by_definition(session, 2, 12, lag)).margin(1e-12));
  }
  CHECK(*autocorrelation_at(session, {100, 700}, 110) == found.autocorrelation(1));

  auto shifted = session;  // what a condition does in all of its trials, and what the trial alone in its condition does
  for (std::size_t k = 0; k < 14; ++k)
    shifted.trials[k] += Matrix<double>::Constant(4, 16, 3. * shifted.condition[k]) +
                         Matrix<double>::NullaryExpr(4, 16, [&](Index, Index t) {
                           return std::sin(static_cast<double>(t) * shifted.condition[k]);
                         });
  CHECK(*autocorrelation_at(shifted, {100, 700}, 200) == Approx(found.autocorrelation(3)).margin(1e-12));
  auto with_silent = session;
  for (auto& trial : with_silent.trials) {
    trial.conservativeResize(6, 16);
    trial.bottomRows(2).setZero();
  }
  CHECK(*autocorrelation_at(with_silent, {100, 700}, 200) == Approx(found.autocorrelation(3)).margin(1e-12));
}

TEST_CASE("autocorrelations without a tenth of the trials are those of the trials that are left") {
  auto session = ornstein_uhlenbeck(4, 33, 16, 50, 20, {{150, 8}}, 5);
  for (std::size_t k = 0; k < 33; ++k) session.condition.push_back(static_cast<int>(k % 2));
  const auto found = intrinsic_timescale(session, {0, 800});
  REQUIRE(found.without.size() == 10);
  for (std::size_t fold = 0; fold < 10; ++fold) {
    std::vector<Index> kept;
    for (std::size_t k = 0; k < 33; ++k)
      if (k / 2 % 10 != fold) kept.push_back(static_cast<Index>(k));
    const auto left = chosen(session, {0, 1, 2, 3}, kept);
    for (const Index lag : {1, 7, 15})
      CHECK(found.without[fold].autocorrelation(lag - 1) == Approx(by_definition(left, 0, 16, lag)).margin(1e-12));
  }
}

TEST_CASE("timescales of 100 to 400 ms are found in windows of 1 s, of spikes and of rates") {
  for (const auto signal : {Signal::spikes, Signal::rates})
    for (const double tau : {100., 200., 400.}) {
      std::vector<double> taus, at_100, offsets;
      for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const auto session = ornstein_uhlenbeck(30, 100, 20, 50, 40, {{tau, 14}}, 100 + seed, signal);
        const auto found = intrinsic_timescale(session, {0, 1000});
        REQUIRE(found.tau_ms.has_value());
        if (!found.second_tau_ms) taus.push_back(*found.tau_ms);
        if (!found.second_tau_ms) offsets.push_back(found.offset);
        at_100.push_back(*autocorrelation_at(session, {0, 1000}, 100));
      }
      INFO("tau " << tau);
      CHECK(taus.size() >= 10);
      const auto sample = sample_of(taus);
      CHECK(std::abs(sample.mean - tau) < 0.05 * tau + 3 * sample.error);  // bias at most a twentieth
      CHECK(sample.sd < 0.25 * tau);
      const auto offset = sample_of(offsets);
      CHECK(std::abs(offset.mean) < 0.05 + 3 * offset.error);
      if (signal == Signal::spikes) {
        const double truth =
            covariance_of_counts(40, {{tau, 14}}, 50, 2) / covariance_of_counts(40, {{tau, 14}}, 50, 0);
        CHECK(std::abs(share_of_gaps(at_100, truth)) < 4);
      }
    }
}

TEST_CASE("two timescales are told from one, and one is seldom taken for two") {
  std::vector<double> brief, prolonged;
  long two = 0, one_as_two = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto found =
        intrinsic_timescale(ornstein_uhlenbeck(30, 100, 40, 50, 50, {{50, 14}, {400, 14}}, 300 + seed), {0, 2000});
    if (!found.second_tau_ms) continue;
    ++two;
    brief.push_back(*found.tau_ms);
    prolonged.push_back(*found.second_tau_ms);
    CHECK(found.share == Approx(0.5).margin(0.3));
  }
  CHECK(two >= 9);
  CHECK(sample_of(brief).mean == Approx(50).epsilon(0.3));
  CHECK(sample_of(prolonged).mean == Approx(400).epsilon(0.3));
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    one_as_two += intrinsic_timescale(ornstein_uhlenbeck(10, 60, 20, 50, 40, {{200, 14}}, 400 + seed), {0, 1000})
                      .second_tau_ms.has_value();
  CHECK(not_above(one_as_two, 60, 0.05));
}

TEST_CASE("no timescale is found where none is in the window") {
  long found = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto none = intrinsic_timescale(ornstein_uhlenbeck(10, 40, 20, 50, 20, {}, 500 + seed), {0, 1000});
    REQUIRE(none.autocorrelation.size() == 19);
    found += none.tau_ms.has_value();
  }
  CHECK(not_above(found, 100, 0.05));
  // Slow drift from trial to trial is constant within one: R is flat.
  CHECK_FALSE(
      intrinsic_timescale(ornstein_uhlenbeck(20, 60, 20, 50, 40, {{1e6, 14}}, 7), {0, 1000}).tau_ms.has_value());
  // Slower than the window is long: whatever is nearest at the longest lag is not told.
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto slow =
        intrinsic_timescale(ornstein_uhlenbeck(20, 60, 20, 50, 40, {{3000, 14}}, seed, Signal::rates), {0, 1000});
    CHECK(slow.tau_ms.value_or(0) < 940);
  }
  auto still = ornstein_uhlenbeck(3, 1, 20, 50, 20, {}, 8);
  for (int k = 0; k < 5; ++k) still.trials.push_back(still.trials[0]);
  CHECK(intrinsic_timescale(still, {0, 1000}).autocorrelation.size() == 0);
  CHECK_FALSE(autocorrelation_at(still, {0, 1000}, 100).has_value());
}

TEST_CASE("the fit begins where the autocorrelation first falls: refractoriness is no timescale") {
  // Each bin's own noise is taken back in the next, as a spike that came early is.
  std::vector<double> taus;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    auto session = ornstein_uhlenbeck(20, 100, 24, 50, 40, {{250, 14}}, 600 + seed, Signal::rates);
    for (std::size_t k = 0; k < session.trials.size(); ++k) {
      Stream stream(900 + seed, Purpose::estimate, k);
      Matrix<double> own(20, 25);
      stream.fill_normal(own, 12);
      session.trials[k] += own.rightCols(24) - own.leftCols(24);
    }
    const auto found = intrinsic_timescale(session, {0, 1200});
    CHECK(found.autocorrelation(0) < found.autocorrelation(1));
    REQUIRE(found.tau_ms.has_value());
    CHECK(found.first_lag_ms >= 100);
    taus.push_back(*found.tau_ms);
  }
  const auto sample = sample_of(taus);
  CHECK(std::abs(sample.mean - 250) < 0.1 * 250 + 3 * sample.error);
}

TEST_CASE("windows too short for a timescale are refused with the length they need") {
  const auto session = ornstein_uhlenbeck(2, 4, 20, 50, 20, {}, 9);
  CHECK_THROWS_WITH(intrinsic_timescale(session, {0, 350}),
                    "window = 0 to 350 ms: holds 7 bins of 50 ms: it must be at least 400 ms long");
  CHECK_THROWS_WITH(autocorrelation_at(session, {0, 400}, 20),
                    "lag_ms = 20: must be from 50 to 350 ms, a bin to the window less one");
  CHECK_THROWS_WITH(autocorrelation_at(session, {0, 400}, 400),
                    "lag_ms = 400: must be from 50 to 350 ms, a bin to the window less one");
  auto alone = session;
  alone.condition = {1, 2, 3, 4};
  CHECK_THROWS_WITH(intrinsic_timescale(alone, {0, 1000}), "trials = 4: at least 2 of one condition are needed");
  alone.condition = {1, 2};
  CHECK_THROWS_WITH(intrinsic_timescale(alone, {0, 1000}),
                    "trials = 4: conditions are named for 2 of them: must be all or none");
}

TEST_CASE("sums of exponentials are found again, weights count as repetitions, negative amplitudes are none") {
  WeightedPoints points;
  points.x = Vector<double>::LinSpaced(30, 1, 30);
  points.weight = Vector<double>::Ones(30);
  points.value = 2 * (-points.x.array() / 3).exp() + 0.5 * (-points.x.array() / 12).exp() - 0.1;
  const auto two = fit_exponentials(points, 2);
  CHECK(two.inside(points));
  CHECK(two.tau(0) == Approx(3).epsilon(1e-3));
  CHECK(two.tau(1) == Approx(12).epsilon(1e-3));
  CHECK(two.amplitude(0) == Approx(2).epsilon(1e-2));
  CHECK(two.constant == Approx(-0.1).margin(1e-3));
  const auto one = fit_exponentials(points, 1), none = fit_exponentials(points, 0);
  CHECK(one.misfit > two.misfit);
  CHECK(none.misfit > one.misfit);
  CHECK(none.constant == Approx(points.value.mean()));
  // A point of weight 2 is a point that is there twice.
  auto weighted = points;
  weighted.value += Vector<double>::LinSpaced(30, 0, 20).array().sin().matrix() / 20;
  auto doubled = weighted;
  weighted.weight(4) = 2;
  for (auto* each : {&doubled.x, &doubled.value, &doubled.weight}) {
    Vector<double> longer(31);
    longer << each->head(5), (*each)(4), each->tail(25);
    *each = longer;
  }
  CHECK(fit_exponentials(weighted, 1).tau(0) == Approx(fit_exponentials(doubled, 1).tau(0)).epsilon(1e-4));
  points.value = (-points.x.array() / 5).exp() + (-points.x.array() / 6).exp();  // closer than two may be
  CHECK(fit_exponentials(points, 2).tau(1) >= 1.4999 * fit_exponentials(points, 2).tau(0));
  points.value = -points.value;
  CHECK_FALSE(fit_exponentials(points, 1).found());
  points.value = points.x;
  CHECK_FALSE(fit_exponentials(points, 1).inside(points));
}
