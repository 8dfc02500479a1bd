// Learning phases: the fits against regression and closed forms, and the stated rates by simulation. Where drops are found,
// and what is none, is in test_drops.cpp.
#include <Eigen/QR>
#include <cmath>

#include "analysis/learning/broken_line.hpp"
#include "analysis/learning/decay.hpp"
#include "analysis/learning/learning_phases.hpp"
#include "tests/catch.hpp"
#include "tests/learning_curves.hpp"
#include "tests/statistical.hpp"

using namespace stillpoint;
using namespace stillpoint::testing;

namespace {

constexpr std::uint64_t seed = 2025;  // printed by every simulation
using Verdict = LearningPhases::Verdict;

bool covers(const IntervalEstimate& one, double truth) { return one.low <= truth && truth <= one.high; }

}  // namespace

TEST_CASE("the broken line is the best of regressions on every pair of knots") {
  for (const double rho : {0.0, 0.7, -0.4}) {
    Stream stream(seed, Purpose::trial, 0, static_cast<std::uint64_t>(10 * (rho + 1)));
    const Index T = 24;
    const Vector<double> y =
        ramp(T, 8, 14, 3, -0.02, -0.03) + ar1_noise(T, rho, 0.4, stream) + Vector<double>::Constant(T, 5);
    const Vector<double> scale =
        rho < 0 ? Vector<double>(Vector<double>::LinSpaced(T, 0.5, 3)) : Vector<double>::Ones(T);
    Vector<double> time(T);
    for (Index t = 0; t < T; ++t) time(t) = (t > 0 ? time(t - 1) : 0) + (rho > 0 ? 1 + stream.uniform() : 1);
    double least = INFINITY;
    std::pair<Index, Index> knots;
    Vector<double> mean;
    for (Index b = 1; b < T - 2; ++b)
      for (Index e = b + 1; e < T - 1; ++e) {
        Matrix<double> design(T, 4);
        for (Index t = 0; t < T; ++t)
          design.row(t) << 1, time(t), std::max(0., time(t) - time(b)), std::max(0., time(t) - time(e));
        const Matrix<double> filtered = design.bottomRows(T - 1) - rho * design.topRows(T - 1);
        const Matrix<double> scaled = scale.tail(T - 1).cwiseInverse().asDiagonal() * filtered;
        const Vector<double> z = (y.tail(T - 1) - rho * y.head(T - 1)).cwiseQuotient(scale.tail(T - 1)),
                             found = scaled.colPivHouseholderQr().solve(z);
        const double residual = (z - scaled * found).squaredNorm();
        if (found(2) < 0 && found(3) > 0 && found(1) + found(2) < 0 && residual < least) {
          least = residual;
          knots = {b, e};
          mean = design * found;
        }
      }
    const auto line = fit_broken_line(time, y, rho, scale);
    INFO("rho " << rho);
    REQUIRE(line.found);
    CHECK(std::make_pair(line.begin, line.end) == knots);
    CHECK(line.residual == Approx(least).epsilon(1e-9));
    CHECK((line.mean - mean).cwiseAbs().maxCoeff() < 1e-9);
  }
}

TEST_CASE("a straight or bowed series has no ramp") {
  const Vector<double> even = Vector<double>::Ones(40), time = Vector<double>::LinSpaced(40, 0, 39);
  CHECK_FALSE(fit_broken_line(time, Vector<double>::LinSpaced(40, 0, 2), even).found);
  const Vector<double> convex = Vector<double>::LinSpaced(40, 0, 2).array().square();
  CHECK_FALSE(fit_broken_line(time, convex, even).found);
  CHECK_FALSE(fit_broken_line(time, -convex, even).found);
}

TEST_CASE("each decay without noise is recovered by its family") {
  // At updates that are far from even.
  const Vector<double> t = Vector<double>::LinSpaced(80, 0, 79).array().square() / 79;
  const std::vector<Vector<double>> truths = {
      Vector<double>::Constant(80, -1),      -t / 30,
      ((-t / 9).array().exp() + 0.02).log(), ((-t / 4).array().exp() + 0.3 * (-t / 40).array().exp()).log(),
      -0.7 * (t / 4).array().log1p(),        ((-1.5 * (t / 6).array().log1p()).exp() + 0.01).log()};
  for (std::size_t i = 0; i < truths.size(); ++i) {
    const Vector<double> y = truths[i].array() + 0.8;
    const auto one = fit_decays(t, y, Vector<double>::LinSpaced(80, 1, 3))[i];
    INFO(one.name);
    CHECK((one.mean - y).cwiseAbs().maxCoeff() < 1e-6);
  }
}

TEST_CASE("curves without a fall are given one no more often than stated, in white and in autoregressive noise") {
  constexpr long runs = 2000;
  for (const double rho : {0.0, 0.6}) {
    long fell = 0;
    for (long run = 0; run < runs; ++run) {
      Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 1);
      PhaseSetting setting;
      setting.seed = static_cast<std::uint64_t>(run);
      setting.resamples = 1;
      fell += find_learning_phases(curve_of(ar1_noise(60, rho, 0.2, stream)), setting).verdict != Verdict::none;
    }
    WARN("seed " << seed << ", rho " << rho << ": " << fell << " of " << runs << " fell");
    CHECK(not_above(fell, runs, 0.05));
  }
}

TEST_CASE("intervals of the drop cover it as often as stated, in white and in autoregressive noise") {
  constexpr long runs = 1000;
  struct Case {
    double rho, depth;
    Index width;
  };
  for (const auto& [rho, depth, width] : std::vector<Case>{{0, 2, 1}, {0, 2, 9}, {0.6, 3, 9}}) {
    long abrupt = 0, update = 0, from = 0, to = 0;
    double size = 0;
    for (long run = 0; run < runs; ++run) {
      Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 2);
      const Index T = 60, begin = 20 + stream.below(15);
      const Vector<double> y = ramp(T, begin, begin + width, depth, -0.003, -0.008) + ar1_noise(T, rho, 0.2, stream);
      PhaseSetting setting;
      setting.seed = static_cast<std::uint64_t>(run);
      setting.resamples = 100;
      const auto phases = find_learning_phases(curve_of(y), setting);
      if (phases.verdict != Verdict::abrupt) continue;
      ++abrupt;
      const double b = static_cast<double>(begin), w = static_cast<double>(width);
      update += covers(phases.drop()->update, b + std::ceil(w / 2));
      from += covers(phases.drop()->from, b);
      to += covers(phases.drop()->to, b + w);
      size += phases.drop()->update.high - phases.drop()->update.low;
    }
    WARN("seed " << seed << ", rho " << rho << ", width " << width << ": abrupt " << abrupt << " of " << runs
                 << "; covered: update " << update << ", from " << from << ", to " << to << "; mean width of update's "
                 << size / static_cast<double>(abrupt));
    CHECK(shown_above(abrupt, runs, rho == 0 ? 0.95 : 0.85));  // a ramp of 9 points in noise that wanders as much
    CHECK(not_below(update, abrupt, 0.95));
    CHECK(not_below(from, abrupt, 0.95));
    CHECK(not_below(to, abrupt, 0.95));
  }
}

TEST_CASE("a drop into a long noisy tail is abrupt, and dated, though the tail's noise is fifty times the plateau's") {
  constexpr long runs = 200;
  long abrupt = 0, covered = 0, near = 0, decays = 0;
  for (long run = 0; run < runs; ++run) {
    Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 4);
    const Index T = 300, begin = 40 + stream.below(20);
    Vector<double> y(T), smooth(T);
    for (Index t = 0; t < T; ++t) {
      const double since = static_cast<double>(t - begin), noise = stream.normal();
      y(t) = since <= 0 ? 0.01 * noise : -2 * std::min(since / 4, 1.) - 4 * (1 - std::exp(-since / 80)) + 0.5 * noise;
      const double mean = -6 * (1 - std::exp(-static_cast<double>(t) / 80));
      smooth(t) = mean + 0.02 * std::exp(-0.6 * mean) * noise;
    }
    PhaseSetting setting;
    setting.resamples = 100;
    const auto phases = find_learning_phases(curve_of(y), setting);
    abrupt += phases.verdict == Verdict::abrupt;
    covered += phases.drop() && covers(phases.drop()->from, static_cast<double>(begin));
    near += phases.drop() && std::abs(phases.drop()->from.value - static_cast<double>(begin)) <= 2;
    setting.resamples = 1;
    decays += find_learning_phases(curve_of(smooth), setting).verdict == Verdict::abrupt;
  }
  // The interval is too narrow here (docs/analyses.md): the noise is not of the shape that is fitted.
  WARN("seed " << seed << ": abrupt " << abrupt << ", onset within two points " << near << ", within its interval "
               << covered << " of " << runs << "; smooth decays in such noise called abrupt " << decays);
  CHECK(shown_above(abrupt, runs, 0.9));
  CHECK(shown_above(near, runs, 0.9));
  CHECK(shown_below(decays, runs, 0.1));
}

TEST_CASE("the bent line is the best of regressions on every knot") {
  Stream stream(seed, Purpose::trial, 0, 77);
  const Index T = 30;
  const Vector<double> scale = Vector<double>::LinSpaced(T, 1, 2), time = Vector<double>::LinSpaced(T, 0, T - 1);
  const Vector<double> y = -0.1 * time - 0.2 * (time.array() - 12).max(0).matrix() + ar1_noise(T, 0.3, 0.2, stream);
  const auto bent = fit_bent_line(time, y, scale);
  double least = INFINITY;
  for (Index k = 1; k + 1 < T; ++k) {
    Matrix<double> design(T, 3);
    design << Vector<double>::Ones(T), time, (time.array() - static_cast<double>(k)).max(0).matrix();
    const Matrix<double> scaled =
        scale.tail(T - 1).cwiseInverse().asDiagonal() * (design.bottomRows(T - 1) - bent.rho * design.topRows(T - 1));
    const Vector<double> z = innovations(y, bent.rho, scale);
    least = std::min(least, (z - scaled * scaled.colPivHouseholderQr().solve(z)).squaredNorm());
  }
  CHECK(bent.residual == Approx(least).epsilon(1e-9));
  CHECK(std::abs(static_cast<double>(bent.at) - 12) <= 3);
}

TEST_CASE("the cubic is that of regression") {
  Stream stream(seed, Purpose::trial, 0, 78);
  const Index T = 20;
  const Vector<double> time = Vector<double>::LinSpaced(T, 0, T - 1).array().square(),
                       scale = Vector<double>::LinSpaced(T, 1, 2), y = ar1_noise(T, 0.3, 1, stream);
  const auto cubic = fit_cubic(time, y, scale);
  Matrix<double> design(T, 4);
  for (int power = 0; power < 4; ++power) design.col(power) = (time.array() / time(T - 1)).pow(power);
  const Matrix<double> scaled =
      scale.tail(T - 1).cwiseInverse().asDiagonal() * (design.bottomRows(T - 1) - cubic.rho * design.topRows(T - 1));
  const Vector<double> z = innovations(y, cubic.rho, scale);
  CHECK(cubic.residual == Approx((z - scaled * scaled.colPivHouseholderQr().solve(z)).squaredNorm()).epsilon(1e-9));
}

TEST_CASE("rho at least as given is at least as given") {
  const Vector<double> even = Vector<double>::Ones(30), time = Vector<double>::LinSpaced(30, 0, 29);
  Stream stream(seed, Purpose::trial, 0, 79);
  const Vector<double> y = ramp(30, 14, 16, 3) + ar1_noise(30, 0, 0.1, stream);
  CHECK(fit_broken_line(time, y, even, 0.7).rho == Approx(0.7).margin(1e-3));
  CHECK(fit_cubic(time, y, even, 0.9).rho >= 0.9);
  CHECK(fit_bent_line(time, y, even, 0.9).rho >= 0.9);
  for (const auto& decay : fit_decays(time, y, even, 0.9)) CHECK(decay.rho >= 0.9);
}

TEST_CASE("two slopes, or two exponentials, are seldom called abrupt") {
  constexpr long runs = 400;
  const Vector<double> t = Vector<double>::LinSpaced(200, 0, 199);
  const std::vector<Vector<double>> truths = {-0.045 * t.array().min(20) - 0.0115 * (t.array() - 20).max(0),
                                              (0.6 * (-t / 15).array().exp() + 0.4 * (-t / 90).array().exp()).log()};
  for (std::size_t i = 0; i < truths.size(); ++i) {
    long abrupt = 0;
    for (long run = 0; run < runs; ++run) {
      Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 5);
      PhaseSetting setting;
      setting.resamples = 1;
      const Vector<double> y = truths[i] + ar1_noise(200, 0.4, 0.1, stream);
      abrupt += find_learning_phases(curve_of(y), setting).verdict == Verdict::abrupt;
    }
    WARN("seed " << seed << ", curve " << i << ": abrupt " << abrupt << " of " << runs);
    CHECK(shown_below(abrupt, runs, 0.1));  // 4.5 % at most
  }
}

TEST_CASE("noisy smooth decays are seldom called abrupt") {
  constexpr long runs = 400;
  const Vector<double> t = Vector<double>::LinSpaced(60, 0, 59);
  const std::vector<Vector<double>> truths = {-t / 20, ((-t / 9).array().exp() + 0.05).log(),
                                              -1.2 * (t / 4).array().log1p()};
  for (std::size_t i = 0; i < truths.size(); ++i) {
    long counts[4] = {0, 0, 0, 0};
    for (long run = 0; run < runs; ++run) {
      Stream stream(seed, Purpose::trial, static_cast<std::uint64_t>(run), 3);
      PhaseSetting setting;
      setting.resamples = 1;
      const Vector<double> y = truths[i] + ar1_noise(60, 0.4, 0.15, stream);
      ++counts[static_cast<int>(find_learning_phases(curve_of(y), setting).verdict)];
    }
    WARN("seed " << seed << ", decay " << i << ": none " << counts[0] << ", gradual " << counts[1] << ", abrupt "
                 << counts[2] << ", undone " << counts[3] << " of " << runs);
    CHECK(counts[3] == 0);
    CHECK(shown_below(counts[0], runs, 0.1));  // 4.5 % at most
    CHECK(shown_below(counts[2], runs, 0.1));
  }
}

TEST_CASE("learning phases refuse curves they have no answer for") {
  const auto good = curve_of(ramp(40, 20, 22, 2));
  const auto refused = [&](auto change) {
    auto curve = good;
    change(curve);
    try {
      find_learning_phases(curve);
    } catch (const std::exception& problem) {
      return std::string(problem.what());
    }
    return std::string("accepted");
  };
  CHECK(refused([](auto& c) { c.update.resize(10), c.loss.resize(10); }) == "points = 10: must be 20 or more");
  CHECK(refused([](auto& c) { c.loss[5] = NAN; }).rfind("loss = nan at update 5:", 0) == 0);
  CHECK(refused([](auto& c) { c.loss[5] = -INFINITY; }).rfind("loss = -inf at update 5:", 0) == 0);
  CHECK(refused([](auto& c) { c.update[5] = 4; }) == "update = 4: must be above 4, the one before");
}
