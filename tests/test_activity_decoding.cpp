// Decoding of known geometries.

#include <boost/math/distributions/normal.hpp>

#include "analysis/activity/coding_stability.hpp"
#include "analysis/activity/decoding.hpp"
#include "tests/catch.hpp"
#include "tests/recorded.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

double phi(double z) { return boost::math::cdf(boost::math::normal(), z); }

constexpr Index N = 12, bins = 8;

/// Two conditions `distance` apart at all times, in a pattern that turns by `turn` from bin to bin; a rise that both
/// share.
std::vector<Matrix<double>> coding(double distance, double turn) {
  std::vector<Matrix<double>> means(2, Matrix<double>::Zero(N, bins));
  for (Index t = 0; t < bins; ++t)
    for (int c = 0; c < 2; ++c) {
      auto x = means[static_cast<std::size_t>(c)].col(t);
      x.setConstant(5 + 2 * static_cast<double>(t));
      x(0) += (c - 0.5) * distance * std::cos(turn * static_cast<double>(t));
      x(1) += (c - 0.5) * distance * std::sin(turn * static_cast<double>(t));
    }
  return means;
}

}  // namespace

TEST_CASE(
    "the accuracy of decoding two normal conditions is Phi(d'/2) of many trials, also with noise that is shared") {
  const double distance = 2;
  {
    const auto session = noisy(coding(distance, 0), 2000, 1, 50, 1);
    const auto found = decoding_accuracy(session, {0, 50});
    CHECK(found.accuracy == Approx(phi(distance / 2)).margin(0.02));  // 4000 trials: standard error .006
    CHECK(found.chance == 0.5);
    CHECK(found.above_chance);
    // Sums over bins: the signal adds up, noise as its root.
    CHECK(decoding_accuracy(session, {0, 200}).accuracy == Approx(phi(distance)).margin(0.012));
  }
  // Noise of standard deviation 3 along (1, 1, 0, ..): d'^2 = d' S^-1 d, beyond a decoder that does not know S.
  auto session = noisy(coding(distance, 0), 2000, 1, 50, 2);
  Stream stream(4, Purpose::estimate);
  for (auto& trial : session.trials) trial.topRows(2).array() += 3 * stream.normal() / std::sqrt(2);
  const double along = distance * distance / 2, dprime = std::sqrt(along / (1 + 9) + along);
  CHECK(decoding_accuracy(session, {0, 50}).accuracy == Approx(phi(dprime / 2)).margin(0.02));
  CHECK(phi(dprime / 2) > phi(distance / 2 / std::sqrt(1 + 4.5)) + 0.05);
}

TEST_CASE("three conditions at the corners of a triangle") {
  std::vector<Matrix<double>> means(3, Matrix<double>::Zero(2, 1));
  for (int c = 0; c < 3; ++c)
    means[static_cast<std::size_t>(c)] << 1.5 * std::cos(2 * M_PI * c / 3), 1.5 * std::sin(2 * M_PI * c / 3);
  // Right where the projection on one's own corner is the largest of three.
  double truth = 0;
  const int steps = 400;
  for (int i = 0; i < steps; ++i)
    for (int j = 0; j < steps; ++j) {
      const double x = -5 + 10 * (i + 0.5) / steps, y = -5 + 10 * (j + 0.5) / steps, angle = std::atan2(y, x + 1.5);
      if (std::abs(angle) < M_PI / 3) truth += std::exp(-(x * x + y * y) / 2) / (2 * M_PI) * 100 / steps / steps;
    }
  const auto session = noisy(means, 1500, 1, 50, 3);
  const auto found = decoding_accuracy(session, {0, 50});
  CHECK(found.chance == Approx(1.0 / 3));
  CHECK(found.accuracy == Approx(truth).margin(0.03));  // standard error .007
}

TEST_CASE("three conditions in a row: the one in the middle is bounded on both sides") {
  std::vector<Matrix<double>> means;
  for (const double place : {-2.0, 0.0, 2.0}) means.push_back(Matrix<double>::Constant(2, 1, place / std::sqrt(2)));
  const double truth = (2 * phi(1) + 2 * phi(1) - 1) / 3;
  CHECK(decoding_accuracy(noisy(means, 1500, 1, 50, 4), {0, 50}).accuracy == Approx(truth).margin(0.03));
}

TEST_CASE("as many neurons as trials leave the decoder what the means alone can tell") {
  // Of white noise the covariance is shrunk to a multiple of the identity: w = d + e, e of variance 2 / n in each of N
  // directions, finds Phi(d^2 / 2 / sqrt(d^2 + 2 N / n)). Without shrinkage the covariance is all but singular here.
  const double distance = 2, neurons = 36, learned = 18;
  std::vector<Matrix<double>> means(2, Matrix<double>::Zero(static_cast<Index>(neurons), 1));
  means[1](0) = distance;
  std::vector<double> found;
  for (std::uint64_t repeat = 0; repeat < 100; ++repeat)
    found.push_back(decoding_accuracy(noisy(means, 20, 1, 50, repeat), {0, 50}).accuracy);
  const auto mean = moments(found);
  const double truth = phi(distance * distance / 2 / std::sqrt(distance * distance + 2 * neurons / learned));
  INFO(mean.mean << " +- " << mean.mean_error << " of " << truth);
  CHECK(std::abs(mean.mean - truth) < 4 * mean.mean_error + 0.02);  // the threshold's error is left out
}

TEST_CASE("a stable code is read at any time, a turning one only at its own, whatever all conditions share") {
  const Index trials = 40;
  const double distance = 4;
  const auto stable = noisy(coding(distance, 0), trials, 1, 50, 5);
  const auto found = cross_temporal_decoding(stable, whole(stable), 100);
  INFO("diagonal " << found.diagonal << ", off " << found.off_diagonal << ", Bayes " << phi(distance / 2));
  CHECK(found.accuracy.rows() == bins);
  CHECK(found.diagonal == Approx(phi(distance / 2)).margin(0.03));
  CHECK(found.off_diagonal == Approx(found.diagonal).margin(0.02));
  REQUIRE(found.stability);
  CHECK(*found.stability == Approx(1).margin(0.05));
  CHECK(*coding_stability(stable, whole(stable), 100).stability == Approx(1).margin(0.05));

  // A quarter turn from bin to bin: neighbours orthogonal, opposite two apart.
  const auto turning = noisy(coding(distance, M_PI / 2), trials, 1, 50, 6);
  const auto turned = cross_temporal_decoding(turning, whole(turning), 50);
  for (Index t = 0; t + 2 < bins; ++t) {
    CHECK(turned.accuracy(t, t + 1) == Approx(0.5).margin(0.2));  // of 80 trials of one decoder
    CHECK(turned.accuracy(t, t + 2) < 0.1);
    CHECK(turned.accuracy(t, t) > 0.9);
  }
  const auto G = coding_stability(turning, whole(turning), 50).products;
  for (Index t = 0; t + 2 < bins; ++t) {
    CHECK(G(t, t + 1) / (distance * distance / 2) == Approx(0).margin(0.15));
    CHECK(G(t, t + 2) / (distance * distance / 2) == Approx(-1).margin(0.15));
    CHECK(G(t, t) / (distance * distance / 2) == Approx(1).margin(0.15));
  }
  // At all lags together: as the closed form of the mean cosine.
  double cosine = 0, pairs = 0;
  for (Index t = 0; t < bins; ++t)
    for (Index u = t + 1; u < bins; ++u, ++pairs) cosine += std::cos(M_PI / 2 * static_cast<double>(u - t));
  CHECK(*coding_stability(turning, whole(turning), 50).stability == Approx(cosine / pairs).margin(0.03));
}

TEST_CASE("coding stability is the mean correlation of the code at any signal, that of decoding saturates") {
  const double turn = 0.2;  // to cos = .17 over the window
  double truth = 0, pairs = 0;
  for (Index t = 0; t < bins; ++t)
    for (Index u = t + 4; u < bins; ++u, ++pairs) truth += std::cos(turn * static_cast<double>(u - t));
  truth /= pairs;
  for (const double distance : {2.0, 8.0}) {
    std::vector<double> coded, decoded;
    for (std::uint64_t repeat = 0; repeat < 60; ++repeat) {
      const auto session = noisy(coding(distance, turn), 25, 1, 50, repeat);
      coded.push_back(*coding_stability(session, whole(session), 200).stability);
      decoded.push_back(cross_temporal_decoding(session, whole(session), 200).stability.value());
    }
    const auto one = moments(coded), two = moments(decoded);
    INFO("distance " << distance << ": coding " << one.mean << " +- " << one.mean_error << ", decoding " << two.mean
                     << " +- " << two.mean_error << " of " << truth);
    CHECK(std::abs(one.mean - truth) < 4 * one.mean_error);
    if (distance == 8) CHECK(two.mean > truth + 0.3);
  }
}

TEST_CASE("labels that mean nothing are decoded at chance, by few trials and many neurons") {
  long above = 0;
  std::vector<double> single, diagonal;
  const long repeats = 300;
  for (std::uint64_t repeat = 0; repeat < repeats; ++repeat) {
    auto session = noisy({Matrix<double>::Zero(30, 3), Matrix<double>::Zero(30, 3)}, 10, 1, 50, repeat);
    const auto found = cross_temporal_decoding(session, whole(session), 50, 5);
    diagonal.push_back(found.diagonal);
    above += found.stability ? 1 : 0;
    single.push_back(decoding_accuracy(session, {0, 50}).accuracy);
  }
  const auto mean = moments(single), of_all = moments(diagonal);
  INFO(mean.mean << " +- " << mean.mean_error << ", " << of_all.mean << " +- " << of_all.mean_error << ", " << above
                 << " of " << repeats << " above chance");
  CHECK(std::abs(mean.mean - 0.5) < 4 * mean.mean_error);
  CHECK(std::abs(of_all.mean - 0.5) < 4 * of_all.mean_error);
  CHECK(not_above(above, repeats, 0.05));

  // Real activity under permuted labels.
  std::vector<double> permuted;
  for (std::uint64_t repeat = 0; repeat < 200; ++repeat) {
    auto session = noisy(coding(4, 0), 12, 1, 50, repeat);
    Stream stream(9, Purpose::permutation, repeat);
    for (std::size_t i = session.condition.size(); i > 1; --i)
      std::swap(session.condition[i - 1],
                session.condition[static_cast<std::size_t>(stream.below(static_cast<Index>(i)))]);
    permuted.push_back(decoding_accuracy(session, {0, 400}).accuracy);
  }
  const auto label = moments(permuted);
  INFO("permuted: " << label.mean << " +- " << label.mean_error);
  CHECK(label.mean < 0.5 + 4 * label.mean_error);
  CHECK(label.mean > 0.5 - 4 * label.mean_error - 0.05);  // 24 labels drawn without replacement
}

TEST_CASE("decoding holds without variance, with silent neurons, unequal numbers, and says what it needs") {
  auto exact = noisy(coding(4, 0), 4, 0, 50, 1);
  CHECK(decoding_accuracy(exact, {0, 400}).accuracy == 1);
  auto silent = noisy({Matrix<double>::Zero(5, 4), Matrix<double>::Zero(5, 4)}, 6, 0, 50, 1);
  const auto nothing = cross_temporal_decoding(silent, whole(silent), 50);
  CHECK(nothing.diagonal == Approx(0.5));
  CHECK(!nothing.stability);
  CHECK(!coding_stability(silent, whole(silent), 50).stability);

  auto unequal = noisy({Matrix<double>::Zero(5, 1), Matrix<double>::Zero(5, 1)}, 60, 1, 50, 7);
  for (std::size_t i = 0; i < unequal.condition.size(); ++i) unequal.condition[i] = i % 6 == 0 ? 1 : 0;
  CHECK(decoding_accuracy(unequal, {0, 50}).accuracy == Approx(0.5).margin(0.2));
  unequal.condition[0] = 2;  // a condition of one trial is left out
  CHECK(decoding_accuracy(unequal, {0, 50}).chance == 0.5);

  CHECK_THROWS_WITH(cross_temporal_decoding(exact, {0, 100}, 100), Catch::Contains("at least 150 ms long"));
  CHECK_THROWS_WITH(cross_temporal_decoding(exact, {0, 100}, 0), Catch::Contains("lag_ms = 0"));
  CHECK_THROWS_WITH(decoding_accuracy(exact, {0, 100}, 1), Catch::Contains("folds = 1"));
  exact.condition.assign(8, 3);
  CHECK_THROWS_WITH(decoding_accuracy(exact, {0, 100}), Catch::Contains("trials = 8: at least 3 of each of two"));
  CHECK_THROWS_WITH(coding_stability(exact, {0, 100}, 50), Catch::Contains("trials = 8: at least 2 of each of two"));
}
