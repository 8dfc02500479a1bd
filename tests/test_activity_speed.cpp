// Population speed of trajectories whose speed is known.

#include "analysis/activity/population_speed.hpp"
#include "tests/catch.hpp"
#include "tests/recorded.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

/// 10 Hz in the mean, turning once in `period_ms` in a plane of its own per condition; N neurons, two per plane.
Matrix<double> turning(Index N, Index bins, double bin_ms, double radius, double period_ms, double phase) {
  Matrix<double> x(N, bins);
  for (Index t = 0; t < bins; ++t)
    for (Index n = 0; n < N; ++n) {
      const double angle = 2 * M_PI * (static_cast<double>(t) + 0.5) * bin_ms / period_ms + phase;
      x(n, t) = 10 + radius * (n % 2 == 0 ? std::cos(angle) : std::sin(angle));
    }
  return x;
}

}  // namespace

TEST_CASE("the speed of a noisy circle is that of the circle, where noise would feign more") {
  const Index N = 20, bins = 50, trials = 12;
  const double bin = 20, radius = 3, period = 1000, sigma = 1.5;
  const std::vector<Matrix<double>> means{turning(N, bins, bin, radius, period, 0),
                                          turning(N, bins, bin, radius, period, 1.3)};
  for (const Index smooth : {1, 4}) {
    std::vector<double> squared, speed, relative, variance, plain, first_step;
    for (std::uint64_t repeat = 0; repeat < 400; ++repeat) {
      const auto session = noisy(means, trials, sigma, bin, repeat);
      const auto found = population_speed(session, whole(session), Signal::rates, smooth);
      squared.push_back(found.squared);
      speed.push_back(found.speed.value_or(0));
      relative.push_back(found.relative.value_or(0));
      variance.push_back(found.variance);
      plain.push_back(found.uncorrected * found.uncorrected);
      first_step.push_back(found.squared_by_time(0));
    }
    // Chords of the circle; a mean over `smooth` bins shrinks its radius; per neuron radius^2 / 2.
    const double w = 2 * M_PI / period, x = w * bin / 2,
                 shrunk = std::sin(x * static_cast<double>(smooth)) / (static_cast<double>(smooth) * std::sin(x)),
                 chord = 2 * std::sin(x) * shrunk * radius / (bin / 1000), truth = chord * chord / 2,
                 noise = 2 * sigma * sigma / static_cast<double>(trials) / std::pow(bin / 1000, 2) /
                         std::pow(static_cast<double>(smooth), 2);
    const auto all = moments(squared), one = moments(first_step), spread = moments(variance), naive = moments(plain),
               rate = moments(speed), over = moments(relative);
    INFO("smoothed over " << smooth << ": " << all.mean << " +- " << all.mean_error << " of " << truth << ", plain "
                          << naive.mean << ", speed " << rate.mean << " of " << std::sqrt(truth) << ", relative "
                          << over.mean << ", variance " << spread.mean);
    CHECK(std::abs(all.mean - truth) < 4 * all.mean_error);
    CHECK(std::abs(one.mean - truth) < 4 * one.mean_error);
    CHECK(std::abs(naive.mean - truth - noise) < 4 * naive.mean_error);
    CHECK(noise > truth / 4);
    const double steps = static_cast<double>(bins - smooth + 1);
    // Over the whole circle activity has the variance radius^2 / 2; smoothing leaves out a part of the circle.
    if (smooth == 1)
      CHECK(std::abs(spread.mean - radius * radius / 2) < 4 * spread.mean_error);
    else
      CHECK(spread.mean == Approx(shrunk * shrunk * radius * radius / 2).epsilon(4 / steps));
    CHECK(rate.mean == Approx(std::sqrt(truth) * (1 - all.variance / (8 * truth * truth))).epsilon(0.01));
    if (smooth == 1) CHECK(over.mean == Approx(2 * std::sin(x) / (bin / 1000)).epsilon(0.02));
  }
}

TEST_CASE("the mean over all splits into halves is what it says, and conditions differ without moving") {
  const auto session = noisy({Matrix<double>::Constant(3, 4, 1), Matrix<double>::Constant(3, 4, 5)}, 4, 2, 50, 3);
  double squared = 0, variance = 0;
  const std::vector<std::vector<Index>> halves{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};
  const auto mean = [&](const std::vector<Index>& of, int condition) {
    Matrix<double> sum = Matrix<double>::Zero(3, 4);
    for (const Index i : of) sum += session.trials[static_cast<std::size_t>(2 * i + condition)];
    return Matrix<double>(sum / static_cast<double>(of.size()));
  };
  // Both conditions are split on their own; products of one condition with the other need no split.
  const auto complement = [](const std::vector<Index>& of) {
    std::vector<Index> rest;
    for (Index i = 0; i < 4; ++i)
      if (std::find(of.begin(), of.end(), i) == of.end()) rest.push_back(i);
    return rest;
  };
  for (const auto& one : halves)
    for (const auto& two : halves) {
      const Matrix<double> a0 = mean(one, 0), b0 = mean(complement(one), 0), a1 = mean(two, 1),
                           b1 = mean(complement(two), 1);
      Matrix<double> a(3, 8), b(3, 8);
      a << a0, a1;
      b << b0, b1;
      for (Index t = 0; t < 7; ++t)
        if (t != 3) squared += (a.col(t + 1) - a.col(t)).dot(b.col(t + 1) - b.col(t)) / (3 * 6 * 0.05 * 0.05) / 36;
      const Matrix<double> ca = a.colwise() - a.rowwise().mean(), cb = b.colwise() - b.rowwise().mean();
      variance += ca.cwiseProduct(cb).sum() / (3 * 8) / 36;
    }
  const auto found = population_speed(session, whole(session), Signal::rates);
  CHECK(found.squared == Approx(squared));
  CHECK(found.variance == Approx(variance));

  const auto still = noisy({Matrix<double>::Constant(3, 4, 1), Matrix<double>::Constant(3, 4, 5)}, 4, 0, 50, 3);
  const auto rest = population_speed(still, whole(still), Signal::rates);
  CHECK(std::abs(rest.squared) < 1e-10);
  CHECK(rest.variance == Approx(4));
  CHECK(rest.uncorrected == 0);
  const auto silent = alike(Matrix<double>::Constant(3, 4, 2), 3, 50);
  CHECK(!population_speed(silent, whole(silent), Signal::spikes).relative);
}

TEST_CASE("speed of spikes is that of rates") {
  auto counts = alike(turning(4, 10, 20, 3, 400, 0), 3, 20);
  const auto rates = population_speed(counts, whole(counts), Signal::rates);
  for (auto& trial : counts.trials) trial *= 0.02;
  const auto spikes = population_speed(counts, whole(counts), Signal::spikes);
  CHECK(spikes.squared == Approx(rates.squared));
  CHECK(spikes.uncorrected == Approx(rates.uncorrected));
  CHECK(*spikes.relative == Approx(*rates.relative));
  CHECK_THROWS_WITH(population_speed(counts, {0, 20}, Signal::spikes), Catch::Contains("at least 40 ms long"));
  CHECK_THROWS_WITH(population_speed(counts, {0, 80}, Signal::spikes, 4), Catch::Contains("at least 100 ms long"));
  CHECK_THROWS_WITH(population_speed(counts, {0, 80}, Signal::spikes, 0), Catch::Contains("smooth_bins = 0"));
  counts.condition = {1, 2, 3};
  CHECK_THROWS_WITH(population_speed(counts, {0, 80}, Signal::spikes), Catch::Contains("trials = 3: at least 2"));
}
